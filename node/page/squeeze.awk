# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Takes the blanks out of a script that stand beside punctuation and mean nothing. Line ends stay, so that no statement
# is joined to another. It must never touch what stands in quotes, in backquotes or in a pattern. A comment goes too.
# A text in backquotes may hold ${…} with texts of its own, but does not go over a line's end (pack.sh sees to it).

# The characters of a text in quote q from position i on; i is then behind it.
function text(q,    c, out) {
    out = q
    for (i++; i <= n; i++) {
        c = substr(line, i, 1)
        out = out c
        if (c == "\\") {
            out = out substr(line, ++i, 1)
        } else if (c == q) {
            break
        } else if (q == "`" && c == "$" && substr(line, i + 1, 1) == "{") {
            i += 2
            out = out "{" code(1)
        }
    }
    return out
}

# The same of a pattern, whose end is a slash outside brackets.
function pattern(    c, out, inside) {
    out = "/"
    for (i++; i <= n; i++) {
        c = substr(line, i, 1)
        out = out c
        if (c == "\\") {
            out = out substr(line, ++i, 1)
        } else if (c == "[") {
            inside = 1
        } else if (c == "]") {
            inside = 0
        } else if (c == "/" && !inside) {
            break
        }
    }
    return out
}

# What follows from position i on, squeezed: to the end of the line or, inner, to the brace that ends ${…}.
function code(inner,    c, next_, last, out, depth) {
    out = ""
    for (; i <= n; i++) {
        c = substr(line, i, 1)
        last = substr(out, length(out), 1)
        if (c == " ") {
            next_ = substr(line, i + 1, 1)
            if (next_ == " " || index(marks, last) || (index(marks, next_) && !(last == next_ && index("+-", last)))) {
                continue
            }
        } else if (c == "/" && substr(line, i + 1, 1) == "/") {
            break
        } else if (index("'\"`", c)) {
            c = text(c)
        } else if (c == "/" && (last == "" || index("(,=:[!&|?{};", last))) {
            c = pattern()
        } else if (inner && c == "{") {
            depth++
        } else if (inner && c == "}" && depth-- == 0) {
            return out c
        }
        out = out c
    }
    return out
}

BEGIN { marks = "{}()[];,<>=+-*/%&|^!~?:." }
{
    line = $0
    n = length(line)
    i = 1
    print code(0)
}
