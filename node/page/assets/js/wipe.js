// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Words that are safe at the hub leave this computer: what would go is counted first. In danger, beside it, the keys.
import { h, title, ask, notice } from './dom.js';
import { t, rich } from './lang.js';
import { call } from './api.js';
import { screen, refresh, draw, back } from './app.js';
import { does, leads, done } from './acts.js';
import { emergency } from './unlock.js';

const KEPT = ['kept_waiting', 'kept_without_receipt', 'kept_forum_not_sealed', 'kept_later'];

async function show() {
    const count = await call('wipe', { confirm: false });
    const wipe = async () => {
        const answer = await ask(t('wipe.sure'), h('p', null, rich('wipe.words', { n: count.wiped })),
            [['wipe', t('wipe.now'), 'primary danger'], ['', t('act.back')]]);
        if (answer !== 'wipe') {
            return;
        }
        const went = await call('wipe', { confirm: true });
        await refresh();
        await draw();
        done(rich('wipe.done', { n: went.wiped }));
    };
    return [title(t('wipe.title')),
        h('section', { class: 'panel narrow' }, h('p', null, t('wipe.what')),
            notice('info', rich('wipe.words', { n: count.wiped })),
            h('ul', { class: 'plain' }, KEPT.filter((key) => count[key]).map((key) =>
                h('li', null, rich(`wipe.${key.replaceAll('_', '-')}`, { n: count[key] })))),
            h('p', { class: 'actions' }, count.wiped ? does('wipe', t('wipe.go'), wipe, 'danger') : null,
                leads('wipe-back', t('act.back'), back))),
        h('section', { class: 'panel narrow' }, h('h2', null, t('wipe.danger')), h('p', null, t('wipe.danger-what')),
            h('p', { class: 'actions' }, leads('emergency', t('emergency.offer'), emergency, 'danger')))];
}

screen('wipe', { show });
