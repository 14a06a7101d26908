# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Reads C sources and headers, and prints one finding a line: check, path, line, words, with tabs between.
# It looks at text and understands no C beyond comments, strings and the house's layout (a function's braces stand
# in the first column). Variables from outside: banned, layers, doors (paths of the tables).
# It must run under any POSIX awk, bytewise (LC_ALL=C).

function finding(check, line, words)
{
    printf "%s\t%s\t%d\t%s\n", check, FILENAME, line, words
}

function starts_with(text, prefix)
{
    return substr(text, 1, length(prefix)) == prefix
}

# Code only: comments and the insides of strings and character constants become blanks.
function code_of(line,    out, c, two, i, n)
{
    out = ""
    n = length(line)
    for (i = 1; i <= n; i++) {
        c = substr(line, i, 1)
        two = substr(line, i, 2)
        if (in_comment) {
            if (two == "*/") {
                in_comment = 0
                i++
            }
        } else if (quote != "") {
            if (c == "\\")
                i++
            else if (c == quote) {
                quote = ""
                out = out c
            }
        } else if (two == "/*") {
            in_comment = 1
            i++
        } else if (two == "//") {
            break
        } else {
            if (c == "\"" || c == "'")
                quote = c
            out = out c
        }
    }
    quote = ""
    return out
}

function read_table(file,    line, words, n, i)
{
    while ((getline line < file) > 0) {
        if (line ~ /^#/ || line ~ /^[ \t]*$/)
            continue
        n = split(line, words, /[ \t]+/)
        if (file == banned) {
            banned_where[words[1]] = words[2]
            sub(/^[^ \t]+[ \t]+[^ \t]+[ \t]+/, "", line)
            banned_instead[words[1]] = line
        } else {
            sub(/^[^ \t]+[ \t]*/, "", line)
            if (file == layers)
                layer_may[words[1]] = line
            else
                door_of[words[1]] = line
        }
    }
    close(file)
}

# True when one of the prefixes in list fits path.
function allowed(path, list,    words, n, i)
{
    n = split(list, words, /[ \t,]+/)
    for (i = 1; i <= n; i++)
        if (words[i] == "*" || (words[i] != "" && starts_with(path, words[i])))
            return 1
    return 0
}

function check_quoted_include(line, path,    prefix, best)
{
    if (path !~ /\//) {
        finding("include", line, "\"" path "\" does not name its layer: paths start at the repository's root")
        return
    }
    best = ""
    for (prefix in layer_may)
        if (starts_with(FILENAME, prefix) && length(prefix) > length(best))
            best = prefix
    if (best == "") {
        finding("layer", line, "this file belongs to no layer of tools/tidy/layers.txt")
    } else if (!allowed(path, layer_may[best])) {
        finding("layer", line, best " must not include \"" path "\"")
    }
    if (path ~ /_shell\.h$/ && FILENAME !~ /(_shell[a-z_]*|main)\.c$/ && FILENAME !~ /^(tests|tools)\//)
        finding("layer", line, "nobody includes a shell")
    included[path] = 1
}

function check_system_include(line, path,    prefix)
{
    if (FILENAME ~ /^tests\//)
        return
    for (prefix in door_of)
        if (starts_with(path, prefix) && !allowed(FILENAME, door_of[prefix]))
            finding("door", line, "<" path "> belongs behind its one door: " door_of[prefix])
}

function check_include(line, text,    path)
{
    path = text
    if (text ~ /^#[ \t]*include[ \t]*"/) {
        sub(/^[^"]*"/, "", path)
        sub(/".*/, "", path)
        check_quoted_include(line, path)
    } else if (text ~ /^#[ \t]*include[ \t]*</) {
        sub(/^[^<]*</, "", path)
        sub(/>.*/, "", path)
        check_system_include(line, path)
    }
}

function check_calls(line, code,    rest, name, before)
{
    rest = code
    while (match(rest, /[A-Za-z_][A-Za-z_0-9]*[ \t]*\(/)) {
        name = substr(rest, RSTART, RLENGTH)
        before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : ""
        sub(/[ \t]*\($/, "", name)
        if ((name in banned_where) && before !~ /[.>A-Za-z_0-9]/ && !allowed(FILENAME, banned_where[name]))
            finding("banned", line, name "() is not used here; instead: " banned_instead[name])
        rest = substr(rest, RSTART + RLENGTH)
    }
    if (code ~ /(^|[^A-Za-z_0-9])goto[ \t]/ && code !~ /goto[ \t]+out;/)
        finding("goto", line, "one exit label, out:, and only forward")
    if (out_line && code ~ /goto[ \t]+out;/)
        finding("goto", line, "a jump backwards to out:")
    if (code ~ /^out:/)
        out_line = line
}

# A declaration at the left margin of a header has a comment over it, over the group it stands in, or behind it.
function check_header(line, raw, code)
{
    if (raw ~ /^[ \t]*$/) {
        commented = 0
        return
    }
    if (raw ~ /^(\/\/|\/\*)/ || raw ~ /; \/\/ /)
        commented = 1
    if (!in_declaration && !commented && code ~ /^[A-Za-z_].*\(/ &&
        code !~ /^(typedef|static_assert|struct|enum) *[a-z_0-9]* *[({]/)
        finding("comment", line, "a public function without its contract: " raw)
    if (code ~ /^[A-Za-z_#]/)
        in_declaration = 1
    if (code ~ /[;}][ \t]*$/ || code ~ /^#/)
        in_declaration = 0
}

function check_length(line, code)
{
    if (code ~ /^\{/)
        function_began = line
    if (code ~ /^\}/ && function_began) {
        if (line - function_began + 1 > 70)
            finding("function", function_began, (line - function_began + 1) " lines in one function, 70 is the most")
        function_began = 0
        out_line = 0
    }
}

function close_file()
{
    if (last_file != "" && last_line > 600)
        printf "file\t%s\t%d\t%d lines in one file, 600 is the most\n", last_file, last_line, last_line
}

BEGIN {
    read_table(banned)
    read_table(layers)
    read_table(doors)
}

FNR == 1 {
    close_file()
    in_comment = in_declaration = commented = function_began = out_line = 0
    last_file = FILENAME
}

{
    last_line = FNR
    code = code_of($0)
    check_include(FNR, $0)
    if ($0 !~ /^#[ \t]*include/)
        check_calls(FNR, code)
    if (FILENAME ~ /\.h$/)
        check_header(FNR, $0, code)
    check_length(FNR, code)
    if ($0 ~ /(^|[^A-Za-z])(TODO|FIXME|XXX)([^A-Za-z]|$)/)
        finding("unfinished", FNR, "finish it, or write down in docs what is not there")
}

END {
    close_file()
    for (path in included)
        printf "included\t%s\t0\t\n", path
}
