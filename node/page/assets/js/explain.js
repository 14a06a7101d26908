// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the page is, in three short panels: before anything else at the first use, later behind Help.
import { h, icon, title, button } from './dom.js';
import { t } from './lang.js';
import { call } from './api.js';
import { screen, go, back, page } from './app.js';

const PANELS = [['draft', 'write'], ['saved', 'sign'], ['received', 'send']];

async function done() {
    if (page.login && page.login.first_use) {
        page.login.first_use = false;
        call('prefs', { explained: true }).catch(() => {});
        await go('forums', {}, true);
    } else {
        await back();
    }
}

screen('explain', {
    show: () => [
        title(t('explain.title')),
        h('ol', { class: 'cards narrow' }, PANELS.map(([shape, name]) => h('li', { class: 'panel' },
            h('h2', null, icon(shape), ' ', t(`explain.${name}.title`)), h('p', null, t(`explain.${name}.text`))))),
        h('p', { class: 'hint' }, t('explain.again')),
        h('p', { class: 'actions' }, button(t('explain.done'), done, 'primary', 'explain-done')),
    ],
});
