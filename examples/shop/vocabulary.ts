import type { Translations } from './language.ts';

/** What a thing is made of decides which materials its name may carry: no steel cushions. */
export type Kind = 'wood' | 'textile' | 'ceramic' | 'metal';

/** One kind of goods: `plural` names the category, `singular` its products. */
export interface Goods {
  readonly kind: Kind;
  readonly slug: string;
  readonly plural: Translations;
  readonly singular: Translations;
}

type GoodsRow = readonly [
  slug: string,
  en: string,
  fr: string,
  de: string,
  oneEn: string,
  oneFr: string,
  oneDe: string,
];

function goods(kind: Kind, rows: readonly GoodsRow[]): Goods[] {
  return rows.map(([slug, en, fr, de, oneEn, oneFr, oneDe]) => ({
    kind,
    slug,
    plural: { en, fr, de },
    singular: { en: oneEn, fr: oneFr, de: oneDe },
  }));
}

/** The 40 kinds of goods that the shop sells, in the order of their category ids. */
export const GOODS: readonly Goods[] = [
  ...goods('wood', [
    ['dining-tables', 'Dining tables', 'Tables à manger', 'Esstische', 'dining table', 'Table', 'Esstisch'],
    ['chairs', 'Chairs', 'Chaises', 'Stühle', 'chair', 'Chaise', 'Stuhl'],
    [
      'bookshelves',
      'Bookshelves',
      'Bibliothèques',
      'Bücherregale',
      'bookshelf',
      'Bibliothèque',
      'Bücherregal',
    ],
    ['desks', 'Desks', 'Bureaux', 'Schreibtische', 'desk', 'Bureau', 'Schreibtisch'],
    ['stools', 'Stools', 'Tabourets', 'Hocker', 'stool', 'Tabouret', 'Hocker'],
    ['benches', 'Benches', 'Bancs', 'Bänke', 'bench', 'Banc', 'Bank'],
    ['bed-frames', 'Bed frames', 'Lits', 'Bettgestelle', 'bed frame', 'Lit', 'Bettgestell'],
    ['nightstands', 'Nightstands', 'Tables de chevet', 'Nachttische', 'nightstand', 'Chevet', 'Nachttisch'],
    ['sideboards', 'Sideboards', 'Buffets', 'Anrichten', 'sideboard', 'Buffet', 'Anrichte'],
    [
      'coffee-tables',
      'Coffee tables',
      'Tables basses',
      'Couchtische',
      'coffee table',
      'Table basse',
      'Couchtisch',
    ],
    [
      'cutting-boards',
      'Cutting boards',
      'Planches',
      'Schneidebretter',
      'cutting board',
      'Planche',
      'Schneidebrett',
    ],
    ['picture-frames', 'Picture frames', 'Cadres', 'Bilderrahmen', 'picture frame', 'Cadre', 'Bilderrahmen'],
  ]),
  ...goods('textile', [
    ['cushions', 'Cushions', 'Coussins', 'Kissen', 'cushion', 'Coussin', 'Kissen'],
    ['blankets', 'Blankets', 'Couvertures', 'Decken', 'blanket', 'Couverture', 'Decke'],
    ['curtains', 'Curtains', 'Rideaux', 'Vorhänge', 'curtain', 'Rideau', 'Vorhang'],
    ['rugs', 'Rugs', 'Tapis', 'Teppiche', 'rug', 'Tapis', 'Teppich'],
    ['towels', 'Towels', 'Serviettes', 'Handtücher', 'towel', 'Serviette', 'Handtuch'],
    ['tablecloths', 'Tablecloths', 'Nappes', 'Tischdecken', 'tablecloth', 'Nappe', 'Tischdecke'],
    ['aprons', 'Aprons', 'Tabliers', 'Schürzen', 'apron', 'Tablier', 'Schürze'],
    ['tote-bags', 'Tote bags', 'Sacs', 'Taschen', 'tote bag', 'Sac', 'Tasche'],
    ['bathrobes', 'Bathrobes', 'Peignoirs', 'Bademäntel', 'bathrobe', 'Peignoir', 'Bademantel'],
    [
      'duvet-covers',
      'Duvet covers',
      'Housses de couette',
      'Bettbezüge',
      'duvet cover',
      'Housse',
      'Bettbezug',
    ],
  ]),
  ...goods('ceramic', [
    ['mugs', 'Mugs', 'Tasses', 'Becher', 'mug', 'Tasse', 'Becher'],
    ['plates', 'Plates', 'Assiettes', 'Teller', 'plate', 'Assiette', 'Teller'],
    ['bowls', 'Bowls', 'Bols', 'Schalen', 'bowl', 'Bol', 'Schale'],
    ['vases', 'Vases', 'Vases', 'Vasen', 'vase', 'Vase', 'Vase'],
    ['teapots', 'Teapots', 'Théières', 'Teekannen', 'teapot', 'Théière', 'Teekanne'],
    ['planters', 'Planters', 'Cache-pots', 'Blumentöpfe', 'planter', 'Cache-pot', 'Blumentopf'],
    ['jugs', 'Jugs', 'Cruches', 'Krüge', 'jug', 'Cruche', 'Krug'],
    ['serving-dishes', 'Serving dishes', 'Plats', 'Servierplatten', 'serving dish', 'Plat', 'Servierplatte'],
    [
      'candle-holders',
      'Candle holders',
      'Bougeoirs',
      'Kerzenhalter',
      'candle holder',
      'Bougeoir',
      'Kerzenhalter',
    ],
  ]),
  ...goods('metal', [
    ['desk-lamps', 'Desk lamps', 'Lampes de bureau', 'Tischlampen', 'desk lamp', 'Lampe', 'Tischlampe'],
    ['floor-lamps', 'Floor lamps', 'Lampadaires', 'Stehlampen', 'floor lamp', 'Lampadaire', 'Stehlampe'],
    [
      'pendant-lights',
      'Pendant lights',
      'Suspensions',
      'Hängelampen',
      'pendant light',
      'Suspension',
      'Hängelampe',
    ],
    ['wall-clocks', 'Wall clocks', 'Horloges', 'Wanduhren', 'wall clock', 'Horloge', 'Wanduhr'],
    ['coat-racks', 'Coat racks', 'Portemanteaux', 'Garderoben', 'coat rack', 'Portemanteau', 'Garderobe'],
    ['kettles', 'Kettles', 'Bouilloires', 'Wasserkessel', 'kettle', 'Bouilloire', 'Wasserkessel'],
    ['saucepans', 'Saucepans', 'Casseroles', 'Kochtöpfe', 'saucepan', 'Casserole', 'Kochtopf'],
    ['bookends', 'Bookends', 'Serre-livres', 'Buchstützen', 'bookend', 'Serre-livres', 'Buchstütze'],
    ['mirrors', 'Mirrors', 'Miroirs', 'Spiegel', 'mirror', 'Miroir', 'Spiegel'],
  ]),
];

/** Three materials for each kind, so that 25 collections make 75 products of one category. */
export const MATERIALS: Readonly<Record<Kind, readonly Translations[]>> = {
  wood: [
    { en: 'oak', fr: 'chêne', de: 'Eiche' },
    { en: 'walnut', fr: 'noyer', de: 'Nussbaum' },
    { en: 'beech', fr: 'hêtre', de: 'Buche' },
  ],
  textile: [
    { en: 'linen', fr: 'lin', de: 'Leinen' },
    { en: 'wool', fr: 'laine', de: 'Wolle' },
    { en: 'cotton', fr: 'coton', de: 'Baumwolle' },
  ],
  ceramic: [
    { en: 'stoneware', fr: 'grès', de: 'Steinzeug' },
    { en: 'porcelain', fr: 'porcelaine', de: 'Porzellan' },
    { en: 'glass', fr: 'verre', de: 'Glas' },
  ],
  metal: [
    { en: 'steel', fr: 'acier', de: 'Stahl' },
    { en: 'brass', fr: 'laiton', de: 'Messing' },
    { en: 'copper', fr: 'cuivre', de: 'Kupfer' },
  ],
};

/** Names of the collections; each comes once in each category and material. */
export const COLLECTIONS: readonly string[] = (
  'Oslo Bergen Turku Aarhus Malmo Lund Visby Narvik Tampere Riga Tallinn Vilnius Gdansk ' +
  'Lubeck Bremen Leiden Ghent Bruges Lille Nantes Lyon Annecy Basel Como Siena'
).split(' ');

/** Sentences that descriptions are put together from; all of them are true of anything. */
export const SENTENCES: readonly Translations[] = [
  {
    en: 'Made in small batches by a family workshop that has done nothing else for three generations.',
    fr: 'Fabriqué en petites séries par un atelier familial qui ne fait que cela depuis trois générations.',
    de: 'In kleiner Auflage von einem Familienbetrieb gefertigt, der seit drei Generationen nichts anderes tut.',
  },
  {
    en: 'The plain shape goes with what you already own.',
    fr: 'Sa forme sobre se marie avec ce que vous possédez déjà.',
    de: 'Die schlichte Form passt zu dem, was schon da ist.',
  },
  {
    en: 'It ages well, and every mark tells a little of its story.',
    fr: 'Il vieillit bien, et chaque trace raconte un peu de son histoire.',
    de: 'Es altert schön, und jede Spur erzählt ein wenig von seiner Geschichte.',
  },
  {
    en: 'Spare parts are kept for ten years, and repairs cost what they cost us.',
    fr: 'Les pièces sont disponibles pendant dix ans, et les réparations sont à prix coûtant.',
    de: 'Ersatzteile gibt es zehn Jahre lang, und Reparaturen kosten, was sie uns kosten.',
  },
  {
    en: 'It is packed in recycled cardboard, without any plastic.',
    fr: 'Il est emballé dans du carton recyclé, sans plastique.',
    de: 'Es ist in Altpapierkarton verpackt, ganz ohne Kunststoff.',
  },
  {
    en: 'Our customers like it for its weight, its finish and its price.',
    fr: 'Nos clients l’apprécient pour son poids, sa finition et son prix.',
    de: 'Unsere Kundschaft schätzt es wegen Gewicht, Verarbeitung und Preis.',
  },
  {
    en: 'Wipe it with a damp cloth & let it dry in the air.',
    fr: 'Essuyez-le avec un chiffon humide & laissez-le sécher à l’air.',
    de: 'Mit feuchtem Tuch abwischen & an der Luft trocknen lassen.',
  },
  {
    en: 'If you do not like it, send it back within one hundred days.',
    fr: 'S’il ne vous plaît pas, renvoyez-le dans les cent jours.',
    de: 'Wenn es nicht gefällt, nehmen wir es hundert Tage lang zurück.',
  },
];

/** Headlines of the promotions on the home page. */
export const PROMOTIONS: readonly { readonly slug: string; readonly title: Translations }[] = [
  { slug: 'spring', title: { en: 'Spring cleaning', fr: 'Grand ménage', de: 'Frühjahrsputz' } },
  { slug: 'new-desk', title: { en: 'A new desk', fr: 'Un nouveau bureau', de: 'Ein neuer Schreibtisch' } },
  { slug: 'set-the-table', title: { en: 'Set the table', fr: 'À table', de: 'Zu Tisch' } },
  { slug: 'warm-light', title: { en: 'Warm light', fr: 'Lumière chaude', de: 'Warmes Licht' } },
  { slug: 'last-pieces', title: { en: 'Last pieces', fr: 'Dernières pièces', de: 'Letzte Stücke' } },
  {
    slug: 'gifts',
    title: { en: 'Gifts under 50 €', fr: 'Cadeaux à moins de 50 €', de: 'Geschenke unter 50 €' },
  },
];

export const FIRST_NAMES: readonly string[] = (
  'Ada Alan Amir Anna Aya Ben Carla Chloé Clara Dara Elif Emil Emma Farid Finn Grace Hana Hugo Ines Ivan ' +
  'Jonas Jules Karim Lea Lina Louis Luca Maja Mara Maya Mila Noah Nora Omar Oscar Paul Rosa Sara Sofia Theo Uma Zoé'
).split(' ');

export const LAST_NAMES: readonly string[] = (
  'Ahmed Bauer Bernard Blanc Braun Costa Diallo Dubois Fischer Garcia Haddad Hopper Ito Keller Klein Kowalski ' +
  'Lambert Lang Laurent Martin Meyer Moreau Müller Novak Okafor Petit Rossi Schmidt Silva Smith Sørensen Weber Wolf'
).split(' ');
