// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The words of the page, from /lang/CODE.json: area -> name -> a whole sentence with {name}s in it, for the key
// "area.name"; one whose number counts has .zero .one .two .few .many .other, chosen by {n}. No word that a person sees
// stands in any other script.
import { h } from './dom.js';

let words = {};
let tagNow = 'en';
let plural = new Intl.PluralRules('en');

// Numbers are written with the digits of the paper forms in every language.
const locale = () => `${{ en: 'en-GB', pt: 'pt-PT' }[tagNow] || tagNow}-u-nu-latn`;

export const language = () => tagNow;

// Takes a catalogue: from now on the page speaks it. Throws when there is none of that code.
export async function speak(tagWanted) {
    const reply = await fetch(`/lang/${tagWanted}.json`, { cache: 'no-store' });
    if (!reply.ok) {
        throw new Error(`no catalogue ${tagWanted}`);
    }
    words = await reply.json();
    tagNow = tagWanted;
    plural = new Intl.PluralRules(tagWanted === 'pt' ? 'pt-PT' : tagWanted); // "0 rascunhos", not as in Brazil
    document.documentElement.lang = tagWanted;
    document.documentElement.dir = find('lang.direction');
}

const namers = new Map();

// What languages call themselves that browsers have no name for.
const OWN = { aa: 'Qafar', ber: 'Tamaziɣt', din: 'Dinka', dyu: 'Julakan', ff: 'Fulfulde', kab: 'Taqbaylit',
    kea: 'Kabuverdianu', kg: 'Kikongo', kmb: 'Kimbundu', kpe: 'Kpelle', kri: 'Krio', lua: 'Tshiluba', men: 'Mende',
    mos: 'Mooré', mye: 'Myene', nd: 'isiNdebele', nus: 'Nuer', rn: 'Kirundi', sg: 'Sängö', tem: 'Temne', tet: 'Tetun',
    tum: 'chiTumbuka', umb: 'Umbundu', vai: 'Vai', vmw: 'Emakhuwa', zgh: 'Tamazight' };

function named(tagOf, inTag) {
    try {
        namers.has(inTag) || namers.set(inTag, new Intl.DisplayNames([inTag], { type: 'language' }));
        const name = namers.get(inTag).of(tagOf);
        return name === tagOf ? OWN[tagOf] || tagOf : name;
    } catch (error) {
        return tagOf; // one that the browser does not know
    }
}

// What a language calls itself, "français"; and how it is called in the page's language.
export const languageName = (tagOf) => named(tagOf, tagOf);
export const languageLabel = (tagOf) => named(tagOf, tagNow);

function find(key) {
    const dot = key.indexOf('.');
    const area = words[key.slice(0, dot)];
    return area && area[key.slice(dot + 1)];
}

function sentence(key, args) {
    const counted = args && typeof args.n === 'number';
    return (counted && (find(`${key}.${plural.select(args.n)}`) || find(`${key}.other`))) || find(key) || key;
}

export const has = (key) => Boolean(find(key) || find(`${key}.other`));

const shown = (value) => (typeof value === 'number' ? number(value) : value);

// The sentence as a string, for attributes and where nothing foreign is put in.
export function t(key, args) {
    return sentence(key, args).replace(/\{(\w+)\}/g, (whole, name) =>
        (args && args[name] !== undefined ? `\u2068${shown(args[name])}\u2069` : whole));
}

// The sentence as nodes, each value that is put in isolated from its neighbours' direction. A value may be a node.
export function rich(key, args) {
    return sentence(key, args).split(/(\{\w+\})/).map((piece) => {
        const name = /^\{(\w+)\}$/.exec(piece);
        if (!name || !args || args[name[1]] === undefined) {
            return piece;
        }
        const value = args[name[1]];
        return value instanceof Node ? value : h('bdi', null, shown(value));
    });
}

export const number = (value) => new Intl.NumberFormat(locale()).format(value);

// "4.2 MB": in steps of 1000, as sticks and providers count.
export function bytes(value) {
    const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
    let step = 0;
    let left = value;
    while (left >= 1000 && step < units.length - 1) {
        left /= 1000;
        step += 1;
    }
    return new Intl.NumberFormat(locale(), { style: 'unit', unit: units[step], unitDisplay: 'short',
        maximumFractionDigits: left < 10 && step > 0 ? 1 : 0 }).format(left);
}

const when = (seconds, options) => new Intl.DateTimeFormat(locale(), options).format(new Date(seconds * 1000));
export const date = (seconds) => when(seconds, { day: 'numeric', month: 'short', year: 'numeric' });
export const clock = (seconds) => when(seconds, { hour: '2-digit', minute: '2-digit', hour12: false });
export const clockFull = (seconds) =>
    when(seconds, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

// "9 days ago", and nothing finer than a minute.
export function ago(seconds) {
    const past = Math.max(0, Date.now() / 1000 - seconds);
    const [count, unit] = past >= 172800 ? [past / 86400, 'day'] : past >= 7200 ? [past / 3600, 'hour']
        : [past / 60, 'minute'];
    return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(-Math.floor(count), unit);
}

// "a, b and c"
export const listed = (items) => new Intl.ListFormat(locale(), { type: 'conjunction' }).format(items);
