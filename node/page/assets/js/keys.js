// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The keys of the page: the map that the Keys button shows, and how an Enter is told from one of an input method.
// Keys are extras, never the only way.
import { h, ask } from './dom.js';
import { t } from './lang.js';

// True while an input method composes: that Enter chooses a word and must not keep half of one.
export const composing = (event) => event.isComposing || event.keyCode === 229;

// Plain Enter; with Shift it is a new line, with Ctrl (or Command) it keeps from any field.
export const isEnter = (event) => event.key === 'Enter' && !composing(event) && !event.shiftKey && !event.ctrlKey &&
    !event.metaKey && !event.altKey;
export const isCtrlEnter = (event) => event.key === 'Enter' && !composing(event) && (event.ctrlKey || event.metaKey);

const MAP = [['Enter', 'keys.enter'], ['Shift+Enter', 'keys.shift-enter'], ['Ctrl+Enter', 'keys.ctrl-enter'],
    ['F2', 'keys.f2'], ['F4', 'keys.f4'], ['F8', 'keys.f8'], ['', 'keys.arrows'], ['Esc', 'keys.esc'],
    ['F9', 'keys.f9']];

export function keysHelp() {
    return ask(t('keys.title'), [h('p', null, t('keys.intro')), h('dl', { class: 'pairs' }, MAP.map(([name, words]) => [
        h('dt', null, name ? h('kbd', { dir: 'ltr' }, name) : t('keys.name.arrows')), h('dd', null, t(words))]))],
    [['', t('act.close'), 'primary']]);
}
