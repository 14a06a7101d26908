// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A site after some days of use, for tests that look at screens: two people on one computer, a forum that is going on
// with contributions in every state, one that is sealed, one that is planned. All people and places are made up.
export const GOING = 'XM-KIV-2026-003';
export const SEALED = 'XM-KIV-2026-004';
export const PLANNED = 'XM-KIV-2026-005';

const SAID = [
    ['en', 'women', 'threat', 'The soldiers at the bridge take money from every market woman, each morning.'],
    [
        'fr',
        'farmers',
        'need',
        'Les éleveurs passent par nos champs avant la récolte, et personne ne règle le différend.',
    ],
    ['pt', 'youth', 'proposal', 'Queremos uma escola de ofícios em Kivuré, para quem deixou as armas.'],
    ['ar', 'women', 'threat', 'لا نشعر بالأمان في الطريق إلى البئر بعد غروب الشمس، ولا أحد يحرسه.'],
    ['en', 'herders', 'cause', 'The wells on the old route were closed, so the herds go through the fields.'],
    ['fr', 'women', 'need', "Il faut une femme au poste de police, sinon nous n'y allons pas."],
];

const firstId = (rows, part) => rows.find((row) => JSON.stringify(row).includes(part)).id;

// Makes the site `heron` of Heron and Acacia, and everything around it. Nothing runs afterwards but the hub.
export async function usedSite(world) {
    await world.join('heron', 'Heron');
    await world.join('heron', 'Acacia', { helper: 'Heron' });
    await world.join('wren', 'Wren', { role: 'drafter', area: '' });
    for (const [code, date] of [
        [GOING, '2026-11-20'],
        [PLANNED, '2026-12-03'],
    ]) {
        await world.as(
            'founder',
            'forum',
            'plan',
            code,
            '--area',
            'XM-KIV',
            '--date',
            date,
            '--group',
            'women',
            '--group',
            'youth',
            '--title',
            'Kivuré town hall',
            '--as',
            'registrar'
        );
    }
    const heron = (...words) => world.as('heron', ...words, '--as', 'Heron');
    await heron('session', 'open', SEALED, '--area', 'XM-KIV', '--type', 'focus-group', '--lang', 'fr');
    await heron('add', '--group', 'elders', 'Nous demandons une réponse avant la saison des pluies.');
    await heron('session', 'attendance', SEALED, 'female:18-35:9', 'male:60-over:5');
    await heron('session', 'seal', SEALED, '--yes');
    await heron('session', 'open', GOING, '--area', 'XM-KIV', '--type', 'town-hall', '--lang', 'en', '--lang', 'ar');
    await heron('session', 'forms', GOING, '--count', '5', '--out', 'forms.html');
    for (const [lang, group, kind, text] of SAID) {
        await heron('add', '--lang', lang, '--group', group, '--kind', kind, text);
    }
    await heron('add', '--form', '2', '--written-by', 'Second table', '--group', 'youth', 'The school has no roof.');
    await heron('add', '--sensitivity', 'sealed', '--group', 'women', 'What they did at the river is not to be told.');
    await world.startHub();
    await world.sh('sync founder heron wren');
    await world.sh('baraza export --state hub --parts --out words.export 2>/dev/null');
    const rows = await world.json('heron', 'list');
    const id = (part) => firstId(rows, part);
    await world.as(
        'wren',
        'respond',
        id('wells on the old route'),
        '--disposition',
        'referred',
        '--to',
        'Water board',
        '--reason',
        "A pump is in next year's plan.",
        '--record',
        'words.export'
    );
    await heron(
        'correct',
        id('soldiers at the bridge'),
        '--reason',
        'misheard',
        '--text',
        'The police at the bridge take money from every market woman.',
        '--why',
        'I asked again.'
    );
    await heron('withdraw', id('Il faut une femme'), '--scope', 'publish-text', '--reason', 'Not in print, she asks.');
    await world.sh('sync wren heron');
    await heron('add', '--group', 'youth', 'And the road is bad when it rains.');
    return { ids: { answered: id('wells on the old route'), corrected: id('soldiers at the bridge') } };
}
