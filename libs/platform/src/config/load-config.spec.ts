import { PermanentError } from '#app/domain';
import { loadConfig } from './load-config.js';

const SECRET_KEY = 'k7Qx0pZr2VtW9sLmB4nEyHc6JfUaDg1iOoXe';
const DATABASE_URL = 'postgresql://owner:pw@db:5432/afterglow';
const base = { SECRET_KEY, DATABASE_URL };

function refusalOf(env: Record<string, string>): PermanentError {
  try {
    loadConfig({}, env);
  } catch (error) {
    if (error instanceof PermanentError) return error;
  }
  throw new Error('the settings were accepted');
}

describe('loadConfig', () => {
  it('hands out typed slices with their defaults', () => {
    const config = loadConfig({}, base);
    expect(config.http).toEqual({ port: 3000, host: '127.0.0.1', trustedProxies: 0 });
    expect(config.clock).toEqual({ mode: 'real', start: undefined });
    expect(config.publicUrl).toBe('http://127.0.0.1:3000');
    expect(config.intake.dedupeWindowDays).toBe(90);
    expect(config.mail).toBeUndefined();
    expect(config.twilio).toBeUndefined();
  });

  it('takes an empty value as not set', () => {
    expect(loadConfig({}, { ...base, REDIS_URL: '', PORT: ' ' })).toMatchObject({
      queue: { redisUrl: undefined },
      http: { port: 3000 },
    });
  });

  it('names every fault at once and repeats no value', () => {
    const error = refusalOf({
      SECRET_KEY: 'hunter2',
      PORT: 'eighty',
      SMTP_URL: 'smtp://mail',
      TWILIO_FROM: '+15005550006',
    });
    const keys = error.faults.map(({ pointer }) => pointer);
    expect(keys).toEqual(
      expect.arrayContaining(['/SECRET_KEY', '/PORT', '/DATABASE_URL', '/MAIL_FROM', '/TWILIO_AUTH_TOKEN']),
    );
    expect(error.message).toMatch(/cannot start: \d settings are not right/);
    expect(error.message).not.toMatch(/hunter2|eighty/);
  });

  it.each([
    ['CLOCK_START without a virtual clock', { CLOCK_START: '2026-01-01T00:00:00Z' }, '/CLOCK_START'],
    ['SMTP_URL without MAIL_FROM', { SMTP_URL: 'smtp://mail:25' }, '/MAIL_FROM'],
    ['a Twilio account alone', { TWILIO_ACCOUNT_SID: 'AC00000000' }, '/TWILIO_AUTH_TOKEN'],
    ['a well-known secret', { SECRET_KEY: 'changeme-changeme-changeme-changeme-0' }, '/SECRET_KEY'],
    ['a short secret', { SECRET_KEY: 'too-short' }, '/SECRET_KEY'],
    ['a sender of two lines', { MAIL_FROM: 'Shop\r\nBcc: x <a@b.example>' }, '/MAIL_FROM'],
    ['a database of another kind', { DATABASE_URL: 'mysql://db/x' }, '/DATABASE_URL'],
  ])('refuses %s', (_title, env, pointer) => {
    expect(refusalOf({ ...base, ...env }).faults.map((fault) => fault.pointer)).toContain(pointer);
  });

  it('standalone brings its own secret key and needs no database', () => {
    const config = loadConfig({ ownSecretKey: (folder) => `key of ${folder}` }, { DATA_DIR: '/tmp/x' });
    expect(config.secretKeys).toEqual(['key of /tmp/x']);
    expect(config.database.url).toBeUndefined();
  });

  it('reads mail, sms and a virtual clock', () => {
    const config = loadConfig(
      {},
      {
        ...base,
        SMTP_URL: 'smtp://mail:25',
        MAIL_FROM: 'Shop <hello@shop.example>',
        TWILIO_ACCOUNT_SID: 'AC00000000',
        TWILIO_AUTH_TOKEN: 'token',
        TWILIO_FROM: '+15005550006',
        TWILIO_BASE_URL: 'http://127.0.0.1:9/',
        CLOCK: 'virtual',
        CLOCK_START: '2017-01-01T00:00:00+01:00',
        PUBLIC_URL: 'https://a.example/',
      },
    );
    expect(config.mail?.from).toBe('Shop <hello@shop.example>');
    expect(config.twilio?.baseUrl).toBe('http://127.0.0.1:9');
    expect(config.clock).toEqual({ mode: 'virtual', start: Date.UTC(2016, 11, 31, 23) });
    expect(config.publicUrl).toBe('https://a.example');
  });
});
