import { LANGUAGES, type Language, type Translations } from './language.ts';
import { seededRandom, type SeededRandom } from './seeded-random.ts';
import {
  COLLECTIONS,
  FIRST_NAMES,
  GOODS,
  type Goods,
  LAST_NAMES,
  MATERIALS,
  PROMOTIONS,
  SENTENCES,
} from './vocabulary.ts';

/** How many rows each table has. */
export const PRODUCT_COUNT = 3_000;
export const USER_COUNT = 500;

/**
 * Rows are named as in the database and in the JSON, in snake case. Times are ISO 8601 in UTC with
 * whole seconds, because HTTP dates carry no fractions. Prices are cents of a euro.
 */
export interface Category {
  readonly id: number;
  readonly slug: string;
  readonly name: Translations;
  readonly updated_at: string;
}

export interface Product {
  readonly id: number;
  readonly slug: string;
  /** Slug of its category. */
  readonly category: string;
  readonly name: Translations;
  readonly description: Translations;
  readonly price_cents: number;
  readonly currency: 'EUR';
  readonly stock: number;
  /** 1.0 to 5.0 with one decimal. */
  readonly rating: number;
  readonly review_count: number;
  readonly updated_at: string;
}

export interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly language: Language;
  readonly joined_at: string;
  readonly updated_at: string;
}

export interface Order {
  readonly id: number;
  readonly user_id: number;
  readonly product_ids: readonly number[];
  readonly total_cents: number;
  readonly placed_at: string;
}

/** A promotion on the home page. */
export interface Feature {
  readonly id: number;
  readonly slug: string;
  readonly title: Translations;
  readonly product_ids: readonly number[];
  readonly updated_at: string;
}

export interface ShopData {
  readonly categories: readonly Category[];
  readonly products: readonly Product[];
  readonly users: readonly User[];
  readonly orders: readonly Order[];
  readonly features: readonly Feature[];
}

const EPOCH_SECONDS = Date.UTC(2024, 0, 1) / 1_000;
const DAY_SECONDS = 86_400;
/** Orders and changes lie in the first 600 days, so that Last-Modified is never in the future. */
const LAST_DAY = 600;

/**
 * All tables of the shop: 40 categories, 3,000 products, 500 users with their orders and a few
 * promotions. Ids count from 1 without gaps. Neither the clock nor the machine has a say: the same
 * seed gives the same rows.
 */
export function createShopData(seed = 20_240_101): ShopData {
  const random = seededRandom(seed);
  const categories = GOODS.map((goods, index) => ({
    id: index + 1,
    slug: goods.slug,
    name: goods.plural,
    updated_at: randomTime(random),
  }));
  const products = createProducts(random);
  const users = Array.from({ length: USER_COUNT }, (_, index) => createUser(random, index + 1));
  const orders = createOrders(random, users, products);
  const features = PROMOTIONS.map((promotion, index) => ({
    id: index + 1,
    ...promotion,
    product_ids: random.sample(products, 4).map((product) => product.id),
    updated_at: randomTime(random),
  }));
  return { categories, products, users, orders, features };
}

function createProducts(random: SeededRandom): Product[] {
  const products: Product[] = [];
  // Category by category for each collection: any run of 40 ids has one product of every category.
  for (let round = 0; products.length < PRODUCT_COUNT; round++) {
    for (const goods of GOODS) {
      if (products.length < PRODUCT_COUNT)
        products.push(createProduct(random, products.length + 1, goods, round));
    }
  }
  return products;
}

/** @param round counts through the collections and then the materials, which keeps names unique */
function createProduct(random: SeededRandom, id: number, goods: Goods, round: number): Product {
  const collection = COLLECTIONS[round % COLLECTIONS.length] ?? '';
  const materials = MATERIALS[goods.kind];
  const material = materials[Math.floor(round / COLLECTIONS.length) % materials.length] ?? {
    en: '',
    fr: '',
    de: '',
  };
  const name = {
    en: `${collection} ${goods.singular.en} in ${material.en}`,
    fr: `${goods.singular.fr} ${collection} en ${material.fr}`,
    de: `${goods.singular.de} ${collection} aus ${material.de}`,
  };
  const sentences = random.sample(SENTENCES, 4);
  return {
    id,
    slug: name.en.toLowerCase().replaceAll(' ', '-'),
    category: goods.slug,
    name,
    description: {
      en: describe(name.en, sentences, 'en'),
      fr: describe(name.fr, sentences, 'fr'),
      de: describe(name.de, sentences, 'de'),
    },
    price_cents: random.integer(9, 899) * 100 + random.pick([0, 50, 90, 95]),
    currency: 'EUR',
    stock: random.integer(1, 10) === 1 ? 0 : random.integer(1, 250),
    // The better of two throws: people who dislike a thing return it rather than rate it.
    rating: Math.max(random.integer(10, 50), random.integer(10, 50)) / 10,
    review_count: random.integer(0, 400),
    updated_at: randomTime(random),
  };
}

function describe(name: string, sentences: readonly Translations[], language: Language): string {
  return [`${name}.`, ...sentences.map((sentence) => sentence[language])].join(' ');
}

function createUser(random: SeededRandom, id: number): User {
  const name = `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
  const joinedDay = random.integer(0, LAST_DAY - 1);
  return {
    id,
    name,
    email: `user${id}@example.com`,
    language: random.pick(LANGUAGES),
    joined_at: randomTime(random, joinedDay, joinedDay),
    updated_at: randomTime(random, joinedDay + 1),
  };
}

function createOrders(random: SeededRandom, users: readonly User[], products: readonly Product[]): Order[] {
  const orders: Order[] = [];
  for (const user of users) {
    const count = random.integer(0, 12);
    for (let index = 0; index < count; index++) {
      const bought = Array.from({ length: random.integer(1, 5) }, () => random.pick(products));
      orders.push({
        id: orders.length + 1,
        user_id: user.id,
        product_ids: bought.map((product) => product.id),
        total_cents: bought.reduce((sum, product) => sum + product.price_cents, 0),
        placed_at: randomTime(random),
      });
    }
  }
  return orders;
}

function randomTime(random: SeededRandom, firstDay = 0, lastDay = LAST_DAY): string {
  const seconds =
    EPOCH_SECONDS + random.integer(firstDay, lastDay) * DAY_SECONDS + random.integer(0, DAY_SECONDS - 1);
  return new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z');
}
