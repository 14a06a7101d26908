// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Makes elements: everything that is shown is made here, and every text of somebody's becomes a text node. It never
// parses markup. Read next: js/lang.js (where the words come from).
import { t, rich } from './lang.js';

const SVG = 'http://www.w3.org/2000/svg';

// h('p', {class: 'hint', onclick: f, hidden: true}, 'text', node, [more]). Attributes that are null, undefined or
// false are left out; "on…" are listeners; "value", "checked" and "indeterminate" are set as properties.
export function h(tag, attrs, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attrs || {})) {
        if (name.startsWith('on')) {
            node.addEventListener(name.slice(2), value);
        } else if (name === 'value' || name === 'checked' || name === 'indeterminate') {
            node[name] = value;
        } else if (value !== null && value !== undefined && value !== false) {
            node.setAttribute(name, value === true ? '' : String(value));
        }
    }
    return put(node, children);
}

// Appends strings, numbers, nodes and lists of them to node; null and false are left out. Returns node.
export function put(node, ...children) {
    for (const child of children.flat(Infinity)) {
        if (child !== null && child !== undefined && child !== false) {
            node.append(child instanceof Node ? child : String(child));
        }
    }
    return node;
}

// Puts the children in the place of all that node has.
export function fill(node, ...children) {
    node.replaceChildren();
    return put(node, children);
}

let serial = 0;
export function uid(prefix) {
    serial += 1;
    return `${prefix || 'x'}${serial}`;
}

// An icon of index.html. It says nothing: a word always stands beside it.
export function icon(name) {
    const svg = document.createElementNS(SVG, 'svg');
    const use = document.createElementNS(SVG, 'use');
    for (const [key, value] of [['class', `icon icon-${name}`], ['width', '20'], ['height', '20'],
        ['viewBox', '0 0 24 24'], ['aria-hidden', 'true'], ['focusable', 'false']]) {
        svg.setAttribute(key, value);
    }
    use.setAttribute('href', `#i-${name}`);
    svg.append(use);
    return svg;
}

// What somebody said or wrote: its direction follows its first letter.
export function content(text, tag) {
    return h(tag || 'p', { class: 'content', dir: 'auto' }, text);
}

// A code, number or hash: always from left to right, apart from what stands round it.
export function code(text) {
    return h('bdi', { class: 'code', dir: 'ltr' }, text);
}

// The heading that takes the focus when its screen comes.
export function title(...words) {
    return h('h1', { tabindex: '-1' }, words);
}

// kind: 'primary', 'danger', 'quiet' or none; act: what tests and nobody else know it by. Never disabled: says on
// pressing what is missing.
export function button(words, onclick, kind, act, attrs) {
    return h('button', { type: 'button', class: kind || null, onclick, 'data-act': act, ...attrs }, words);
}

// Shape and word of a state: 'draft', 'saved', 'received', 'confirmed', 'answered', 'waiting' …
export function tag(state, words) {
    return h('span', { class: `tag tag-${state}` }, icon(state), ' ', words || t(`status.${state}`));
}

// One labelled control. row: {label, hint?, control, wide?}; control gets an id and what describes it.
export function field(row) {
    const id = row.control.id || uid('f');
    row.control.id = id;
    const hint = row.hint ? h('p', { class: 'hint', id: `${id}-hint` }, row.hint) : null;
    if (hint) {
        row.control.setAttribute('aria-describedby', hint.id);
    }
    return h('div', { class: 'field' }, h('label', { for: id }, row.label), hint, row.control);
}

// What is typed about what was said: no memory of the browser's, no checker that sends it away.
const PRIVATE = { autocomplete: 'off', spellcheck: 'false', autocapitalize: 'sentences', dir: 'auto' };

export function textarea(attrs) {
    return h('textarea', { ...PRIVATE, rows: 3, ...attrs });
}

export function input(attrs) {
    return h('input', { type: 'text', ...PRIVATE, ...attrs });
}

// A row of choices as radio buttons (or, multiple, as tick boxes) that look like buttons: Arrows and Space for free,
// and digits while the row has the focus (numbered). options: [{value, label, hint?}]; value: one or a list.
// onchange(value or list); onpicked() after a digit or a pointer chose, not after Arrows. `choose(value)` sets it from
// outside. name: of the controls.
export function choices({ legend, hideLegend, options, value, multiple, numbered, onchange, onpicked, name: wanted }) {
    const name = wanted ? uid(`${wanted}-`) : uid('c');
    const list = multiple ? value || [] : [value];
    const box = h('fieldset', { class: 'choices', 'data-name': wanted },
        h('legend', { class: hideLegend ? 'unseen' : null }, legend));
    const row = h('div', { class: 'row' });
    const inputs = options.map((option, i) => {
        const control = h('input', { type: multiple ? 'checkbox' : 'radio', name, value: option.value,
            checked: list.includes(option.value) });
        row.append(h('label', { class: 'choice' }, control, h('span', null,
            numbered && i < 9 ? h('kbd', { 'aria-hidden': 'true' }, String(i + 1)) : null, h('bdi', null, option.label),
            option.hint ? h('small', null, option.hint) : null)));
        return control;
    });
    const chosen = () => {
        const on = inputs.filter((each) => each.checked).map((each) => each.value);
        return multiple ? on : on[0];
    };
    const pick = (i) => {
        if (inputs[i]) {
            inputs[i].checked = multiple ? !inputs[i].checked : true;
            inputs[i].focus();
            onchange && onchange(chosen());
            onpicked && onpicked();
        }
    };
    row.addEventListener('change', () => onchange && onchange(chosen()));
    onpicked && row.addEventListener('click',
        (event) => event.detail > 0 && event.target.matches('input') && onpicked());
    if (numbered) {
        row.addEventListener('keydown', (event) => {
            const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
            if (digit && !event.ctrlKey && !event.altKey && !event.metaKey) {
                event.preventDefault();
                pick(Number(digit[1]) - 1);
            }
        });
    }
    box.append(row);
    box.choose = (wanted) => {
        const all = multiple ? wanted || [] : [wanted];
        inputs.forEach((each) => { each.checked = all.includes(each.value); });
    };
    box.focusFirst = () => (inputs.find((each) => each.checked) || inputs[0]).focus();
    box.chosen = chosen;
    return box;
}

// A notice: kind 'info', 'ok', 'warn' or 'bad'; actions: buttons.
export function notice(kind, words, ...actions) {
    const shape = { info: 'info', ok: 'saved', warn: 'warn', bad: 'refused' }[kind];
    return h('div', { class: `notice notice-${kind}` }, icon(shape),
        h('div', null, h('p', null, words), actions.length ? h('p', { class: 'actions' }, actions) : null));
}

// What went wrong, in the person's language: of an error that js/api.js threw, or of the program itself.
export function trouble(error) {
    return rich(error && error.key ? error.key : 'trouble.internal', (error && error.args) || {});
}

export function troubleNotice(error, ...actions) {
    return h('div', { role: 'alert' }, notice('bad', trouble(error), ...actions));
}

// Over the fields, focused: what is wrong and where. rows: [{text, control?}]. The one before it is taken away.
export function errorSummary(container, rows) {
    const old = container.querySelector(':scope > .errors');
    old && old.remove();
    container.querySelectorAll('[aria-invalid]').forEach((each) => each.removeAttribute('aria-invalid'));
    if (!rows.length) {
        return;
    }
    const box = h('div', { class: 'errors', tabindex: '-1', role: 'alert' }, h('h2', null, t('error.title')),
        h('ul', null, rows.map((row) => {
            row.control && row.control.setAttribute('aria-invalid', 'true');
            return h('li', null, row.control
                ? h('button', { type: 'button', class: 'link', onclick: () => focusIn(row.control) }, row.text)
                : row.text);
        })));
    const heading = container.querySelector(':scope > h1');
    heading ? heading.after(box) : container.prepend(box);
    box.focus();
    box.scrollIntoView({ block: 'start' });
}

// The focus to node, or to the first control in it.
export function focusIn(node) {
    const able = node.matches('input,textarea,select,button,[tabindex]') ? node
        : node.querySelector('input,textarea,select,button,[tabindex]');
    able && able.focus();
}

// A question over the page; ends with the value of the button that was pressed, or null (Esc). actions: [[value,
// words, kind]]; each is known to tests as "ask-VALUE". The focus goes to the heading,
// and back where it was. body may be a function of close(value).
export function ask(heading, body, actions) {
    const back = document.activeElement;
    return new Promise((resolve) => {
        const id = uid('d');
        const box = h('dialog', { class: 'ask', 'aria-labelledby': id });
        let result = null;
        const close = (value) => { result = value; box.close(); };
        put(box, h('h2', { id, tabindex: '-1' }, heading), typeof body === 'function' ? body(close) : body,
            h('p', { class: 'actions' }, actions.map(([value, words, kind]) =>
                button(words, () => close(value), kind, `ask-${value || 'back'}`))));
        box.addEventListener('close', () => {
            box.remove();
            back && back.isConnected && back.focus();
            resolve(result);
        });
        document.body.append(box);
        box.showModal();
        box.querySelector('h2').focus();
    });
}

// Closes every question without an answer: before the page locks.
export function closeAll() {
    document.querySelectorAll('dialog').forEach((box) => box.close());
}

// Says something once in the status line: seen at the foot and read by screen readers. kind: none, 'ok' or 'bad'.
export function say(words, kind) {
    const line = document.getElementById('status');
    if (line) {
        line.className = kind ? `status status-${kind}` : 'status';
        fill(line, words);
        document.documentElement.style.setProperty('--foot', `${line.offsetHeight}px`);
    }
}
