import { promotionIn, reviewCallIn } from './promotion-words.js';

describe('promotionIn', () => {
  it.each([
    'Get 20% off your next order',
    'Shop now: links.example',
    'Avec le code promo MERCI',
    'Jetzt 10 % Nachlass mit dem Aktionscode DANKE',
    'Código promocional dentro',
    'Uno sconto per te',
    'Codice promo: GRAZIE',
    'Nu 10% korting',
    'Bestel nu en bespaar',
    'Um cupão para si',
    '<mj-button href="x">Only 19 EUR</mj-button>',
  ])('hears it in %j', (text) => {
    expect(promotionIn(text)).not.toBeNull();
  });

  it.each([
    'Your order of 49.90 EUR is on its way',
    'Votre commande est en route',
    'Ihre Bestellung ist da. Das Angebot des Tages gibt es hier nicht.',
    'Tu pedido ha llegado',
    'Il tuo ordine è arrivato; il resto è scontato da sé',
    'Uw bestelling is onderweg',
    'A sua encomenda chegou',
  ])('hears none in %j', (text) => {
    expect(promotionIn(text)).toBeNull();
  });
});

describe('reviewCallIn', () => {
  it.each([
    'Write a review',
    'Laissez un avis',
    'Bewertung schreiben',
    'Deja una reseña',
    'Lascia una recensione',
    'Schrijf een review',
    'Deixe uma avaliação',
  ])('hears it in %j', (text) => {
    expect(reviewCallIn(text)).not.toBeNull();
  });
});
