// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Looks at a screen as it is drawn: text that is cut off, lies on other text, makes the page scroll sideways or stands
// there in another language; targets too small for a finger; focus that cannot be seen. Each gives a list of findings,
// in words with what was found; none knows a screen.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './world.mjs';
import { axeSource } from './browser.mjs';

export const LANGUAGES = ['en', 'fr', 'pt', 'ar'];
export const ASSETS = path.join(root, 'node/page/assets');

export function catalogue(language) {
    return JSON.parse(readFileSync(path.join(ASSETS, 'lang', `${language}.json`), 'utf8'));
}

// Everything of these functions runs in the page; it must not name anything of this file.
function inPageLayout() {
    const findings = [];
    const name = (el) => {
        const own = [
            el.tagName.toLowerCase(),
            el.dataset.act && `[${el.dataset.act}]`,
            el.className && `.${el.className}`,
        ];
        return own.filter((part) => typeof part === 'string').join('');
    };
    const say = (el, what) =>
        findings.push(`${what}: ${name(el)} "${(el.innerText ?? el.textContent).trim().slice(0, 60)}"`);
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width + 1) {
        findings.push(`the page scrolls sideways: ${document.documentElement.scrollWidth} > ${width}`);
    }
    const hidden = (el) => {
        const style = getComputedStyle(el);
        // What is folded away has boxes, too.
        const seen = style.visibility === 'visible' && el.checkVisibility();
        return !seen || el.closest('[hidden], svg, .unseen, template, noscript') !== null;
    };
    // Where an element with scrolled or cut content ends, what is outside of it is not seen.
    const cutters = (el) => {
        const list = [];
        for (let up = el; up && up !== document.body; up = up.parentElement) {
            const style = getComputedStyle(up);
            if (style.overflowX !== 'visible' || style.overflowY !== 'visible') list.push([up, style]);
        }
        return list;
    };
    const floats = (el) => {
        for (let up = el; up && up !== document.body; up = up.parentElement) {
            if (['sticky', 'fixed'].includes(getComputedStyle(up).position)) return up;
            if (up.tagName === 'DIALOG') return up;
        }
        return null;
    };
    const dialog = document.querySelector('dialog[open]');
    const pieces = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const el = node.parentElement;
        if (!node.textContent.trim() || hidden(el) || ['OPTION', 'SCRIPT', 'TEXTAREA'].includes(el.tagName)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const rects = [...range.getClientRects()].filter((rect) => rect.width > 1 && rect.height > 1);
        for (const rect of rects) {
            const beyond = rect.left < -1 || rect.right > width + 1;
            if (beyond && !el.closest('.scroll')) say(el, 'text beyond the border of the page');
            for (const [box, style] of cutters(el)) {
                const edge = box.getBoundingClientRect();
                const x = style.overflowX !== 'visible' && style.overflowX !== 'auto' && style.overflowX !== 'scroll';
                const y = style.overflowY !== 'visible' && style.overflowY !== 'auto' && style.overflowY !== 'scroll';
                if (x && (rect.left < edge.left - 2 || rect.right > edge.right + 2)) say(el, 'clipped text');
                if (y && (rect.top < edge.top - 4 || rect.bottom > edge.bottom + 4)) say(el, 'clipped text');
            }
        }
        pieces.push({ el, rects, floats: floats(el) });
    }
    // Buttons and the like: what they hold must fit into them.
    for (const el of document.querySelectorAll(
        'button, a, label, summary, th, td, li, p, h1, h2, h3, legend, select'
    )) {
        if (hidden(el) || !el.getClientRects().length) continue;
        const style = getComputedStyle(el);
        if (style.display === 'inline') continue;
        if (el.clientWidth && el.scrollWidth > el.clientWidth + 1) say(el, 'clipped text');
    }
    const meet = (a, b) => {
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        // Line boxes of neighbours may touch by what no letter fills.
        return across > 2 && down > Math.min(a.height, b.height) * 0.35;
    };
    for (let i = 0; i < pieces.length; i++) {
        for (let k = i + 1; k < pieces.length; k++) {
            const [a, b] = [pieces[i], pieces[k]];
            if (a.el === b.el || a.floats !== b.floats) continue;
            if (dialog && (!dialog.contains(a.el) || !dialog.contains(b.el))) continue;
            if (a.rects.some((one) => b.rects.some((other) => meet(one, other)))) {
                say(a.el, `overlapped by "${b.el.textContent.trim().slice(0, 40)}"`);
            }
        }
    }
    // Fields may not lie on each other or on words, either.
    const boxes = [...document.querySelectorAll('button, input, select, textarea, a[href]')].filter(
        (el) => !hidden(el) && el.getClientRects().length && !el.closest('.choice') && (!dialog || dialog.contains(el))
    );
    for (let i = 0; i < boxes.length; i++) {
        for (let k = i + 1; k < boxes.length; k++) {
            const [a, b] = [boxes[i], boxes[k]];
            if (a.contains(b) || b.contains(a) || floats(a) !== floats(b)) continue;
            if (meet(a.getBoundingClientRect(), b.getBoundingClientRect())) say(a, `lies on ${name(b)}`);
        }
    }
    return findings;
}

export function layout(page) {
    return page.evaluate(inPageLayout);
}

// Every text of the interface that is drawn, with what only a screen reader says. What somebody said or named is marked
// in the page (bdi, .content, dir) and is not of the interface.
function inPageTexts() {
    const texts = [];
    const outside =
        'bdi, .content, [dir="auto"], [dir="ltr"]:not(html), [lang]:not(html), textarea, noscript, script, svg, ' +
        'kbd, option';
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const told = node.textContent.trim() && !node.parentElement.closest(outside);
        if (told) texts.push(node.textContent.trim());
    }
    for (const el of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
        for (const attribute of ['aria-label', 'title', 'placeholder', 'alt']) {
            if (el.getAttribute(attribute)?.trim()) texts.push(el.getAttribute(attribute).trim());
        }
    }
    // What languages are called comes from the browser, and some it does not know.
    const named =
        'select[name="lang"] option, select[name="language"] option, datalist option, option[lang], option[dir]';
    for (const el of document.querySelectorAll('option')) if (!el.matches(named)) texts.push(el.textContent.trim());
    return texts;
}

const pattern = (sentence) =>
    new RegExp(
        `^${sentence
            .split(/\{[^}]*\}/)
            .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
            .join('.*')}$`,
        's'
    );

// Texts that are no translation: a key, a placeholder that nobody filled, English elsewhere than in English.
export async function untranslated(page, language) {
    const own = catalogue(language);
    const english = catalogue('en');
    const values = new Set(Object.values(own));
    // A sentence that is mostly placeholder would match anything.
    const foreign = Object.entries(english)
        .filter(
            ([key, text]) => own[key] !== text && text.replace(/\{[^}]*\}/g, '').replace(/[^A-Za-z]/g, '').length >= 4
        )
        .map(([, text]) => [text, pattern(text)]);
    const findings = [];
    for (const text of await page.evaluate(inPageTexts)) {
        if (text in own || /^[a-z]+(\.[a-z0-9_-]+)+$/.test(text)) findings.push(`a key instead of words: ${text}`);
        if (/\{[a-z_]+\}|undefined|\[object|NaN/.test(text)) findings.push(`a placeholder that is not filled: ${text}`);
        if (language === 'en' || values.has(text)) continue;
        const found = foreign.find(([, shape]) => shape.test(text));
        if (found) findings.push(`English in ${language}: ${text}`);
        if (
            language === 'ar' &&
            /[A-Za-z]{3,}/.test(text.replace(/baraza [a-z]+|Baraza|JavaScript|PDF|Ctrl|Enter|Shift|Esc|Tab/g, ''))
        ) {
            findings.push(`Latin letters in Arabic: ${text}`);
        }
    }
    return [...new Set(findings)];
}

function inPageTargets() {
    const findings = [];
    const seen = 'button, a[href], input, select, textarea, summary, [role="button"]';
    const dialog = document.querySelector('dialog[open]');
    for (const el of document.querySelectorAll(seen)) {
        if (dialog && !dialog.contains(el)) continue;
        if (el.type === 'hidden' || !el.checkVisibility()) continue;
        if (el.matches('.skip') && document.activeElement !== el) continue;
        // A tick box is pressed with its label.
        const target =
            (el.closest('label') ?? el.labels?.[0]?.matches('.choice')) ? (el.closest('label') ?? el.labels[0]) : el;
        const box = target.getBoundingClientRect();
        if (!box.width && !box.height) continue;
        if (el.type === 'file' && box.width < 2) continue;
        if (box.width < 43.5 || box.height < 43.5) {
            const words = (el.innerText || el.name || el.getAttribute('aria-label') || '').trim().slice(0, 40);
            const size = `${Math.round(box.width)} x ${Math.round(box.height)}`;
            findings.push(`a target of ${size}: ${el.tagName} ${el.dataset.act ?? ''} "${words}"`);
        }
    }
    return findings;
}

export function targets(page) {
    return page.evaluate(inPageTargets);
}

let axe = null;

// What axe-core finds.
export async function axeFindings(page) {
    axe ??= readFileSync(axeSource, 'utf8');
    if (!(await page.evaluate('typeof axe !== "undefined"'))) await page.evaluate(axe);
    const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations', 'incomplete'] }));
    return result.violations.map(
        (each) => `${each.id}: ${each.help}: ${each.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`
    );
}

// Whether whatever has the focus shows it: an outline of two pixels or more, on itself or on what stands for it.
export function focusShown(page) {
    return page.evaluate(() => {
        const el = document.activeElement;
        if (!el || el === document.body) return true;
        const candidates = [el, el.nextElementSibling, el.parentElement].filter(Boolean);
        return candidates.some((each) => {
            const style = getComputedStyle(each);
            return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
        });
    });
}
