// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Unlock: who one is by a chosen name, the passphrase; or, in danger, the keys destroyed in two steps and nothing
// asked. Where nobody has joined yet it says what to do. It must never keep a passphrase.
import { h, fill, title, button, field, choices, errorSummary, notice, ask, trouble, troubleNotice,
    code } from './dom.js';
import { t, rich } from './lang.js';
import { call } from './api.js';
import { screen, enter, page, draw } from './app.js';
import { composing } from './keys.js';

// Asks once more, with what would be lost, whose numbers come with the ticket of the second step; then destroys. Shared
// with the screen of wipes.
export async function emergency() {
    const main = document.getElementById('main');
    const failed = (error) => {
        fill(main, title(t('emergency.failed-title')), troubleNotice(error,
            button(t('act.again'), emergency, 'danger', 'emergency'), button(t('act.back'), draw, null, 'back')));
        main.querySelector('h1').focus();
    };
    try {
        const facts = await call('emergency', { confirm: false });
        const outbox = h('input', { type: 'checkbox', name: 'outbox' });
        const answer = await ask(t('emergency.title'), [
            h('p', null, rich('emergency.drafts', { n: facts.drafts || 0 }), ' ',
                rich('emergency.waiting', { n: facts.carried || 0 }), ' ',
                facts.lost ? [rich('emergency.lost', { n: facts.lost }), ' '] : null,
                facts.last === undefined ? null : rich('emergency.hub', { last: facts.last })),
            h('label', { class: 'tick' }, outbox, h('span', null, t('emergency.outbox'))),
        ], [['destroy', t('emergency.now'), 'primary danger'], ['', t('act.back')]]);
        if (answer === 'destroy') {
            await call('emergency', { confirm: true, ticket: facts.ticket, outbox_too: outbox.checked });
            fill(main, title(t('emergency.done-title')), notice('ok', t('emergency.done')));
            main.querySelector('h1').focus();
        }
    } catch (error) {
        failed(error);
    }
}

function nobody() {
    const steps = ['ask', 'join', 'again'];
    return [title(t('unlock.title')), h('div', { class: 'panel narrow' },
        h('p', null, t(`trouble.${page.hello.nobody}`)),
        h('ol', { class: 'steps' }, steps.map((step) => h('li', null,
            rich(`unlock.nobody-${step}`, { command: code('baraza join') })))),
        h('p', { class: 'actions' }, button(t('act.again'), () => location.reload(), 'primary', 'again')))];
}

function consultation() {
    const it = page.hello.consultation;
    return it ? h('div', { class: 'stack' }, h('p', { class: 'muted' }, h('bdi', null, it.title)),
        h('details', null, h('summary', null, t('unlock.fingerprint')),
            h('div', { class: 'stack' }, h('p', null, t('unlock.compare')),
                h('p', { class: 'fingerprint', dir: 'ltr' }, it.fingerprint)))) : null;
}

function show(params) {
    if (!page.hello.people.length) {
        return nobody();
    }
    let who = page.hello.people.length === 1 ? page.hello.people[0].key : undefined;
    const people = choices({ legend: t('unlock.who'), value: who,
        options: page.hello.people.map((each) => ({ value: each.key, label: each.name })),
        onchange: (key) => { who = key; } });
    const secret = h('input', { type: 'password', id: 'passphrase', name: 'passphrase', autocomplete: 'off',
        spellcheck: 'false',
        autocapitalize: 'none', maxlength: 1024, dir: 'auto' });
    const reveal = button(t('unlock.show'), () => {
        const hidden = secret.type === 'password';
        secret.type = hidden ? 'text' : 'password';
        reveal.textContent = t(hidden ? 'unlock.hide' : 'unlock.show');
        secret.focus();
    }, null, 'unlock-show', { 'aria-controls': 'passphrase' });
    let busy = false;
    const box = h('div', { class: 'stack' });
    const attempt = async () => {
        if (busy) {
            return;
        }
        const wrong = [];
        who || wrong.push({ text: t('unlock.choose'), control: people.querySelector('input') });
        secret.value || wrong.push({ text: t('unlock.type'), control: secret });
        errorSummary(box, wrong);
        if (wrong.length) {
            return;
        }
        busy = true;
        go.textContent = t('unlock.busy');
        const passphrase = secret.value;
        try {
            const login = await call('unlock', { key: who, passphrase });
            secret.value = '';
            await enter(login);
            return;
        } catch (error) {
            secret.value = '';
            secret.type = 'password';
            errorSummary(box, [{ text: trouble(error),
                control: secret }]);
        }
        busy = false;
        go.textContent = t('unlock.go');
    };
    const go = button(t('unlock.go'), attempt, 'primary', 'unlock');
    secret.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' && !composing(event)) {
            event.preventDefault();
            attempt();
        }
    });
    const passphrase = field({ label: t('unlock.passphrase'), hint: t('unlock.hint'), control: secret });
    const line = h('div', { class: 'reveal' });
    secret.replaceWith(line);
    line.append(secret, reveal);
    box.append(title(t('unlock.title')), ...[params.why ? notice('info', t(params.why)) : null, consultation(), people,
        passphrase, h('p', { class: 'actions' }, go, button(t('emergency.offer'), emergency,
            'danger push', 'emergency'))].filter(Boolean));
    return h('div', { class: 'panel narrow center' }, box);
}

screen('unlock', { show });
