import { connect } from 'node:net';
import { createTransport } from 'nodemailer';
import { SmtpSink, type SmtpSinkOptions } from './smtp-sink.js';

const letter = {
  from: 'shop@shop.example',
  to: 'ada@mail.example',
  subject: 'Hello',
  text: 'first\n.dot\n..dots\nGrüße',
};

describe('SmtpSink', () => {
  let sink: SmtpSink;
  const open = async (options?: SmtpSinkOptions) => {
    sink = await SmtpSink.start(options);
    return createTransport({ host: '127.0.0.1', port: sink.port, connectionTimeout: 2_000, socketTimeout: 400 });
  };
  afterEach(() => sink.stop());

  it('keeps the envelope and the unstuffed message', async () => {
    const client = await open();
    const info = await client.sendMail({ ...letter, to: ['ada@mail.example', 'bob@mail.example'] });
    expect(info.response).toBe('250 2.0.0 taken');
    const [mail] = await sink.waitFor(1);
    expect(mail).toMatchObject({ from: 'shop@shop.example', to: ['ada@mail.example', 'bob@mail.example'] });
    expect(mail?.data).toContain('Subject: Hello');
    expect(mail?.data).toContain('\r\n.dot\r\n..dots\r\n');
  });

  it('takes several mails over one pooled connection', async () => {
    await open();
    const client = createTransport({ host: '127.0.0.1', port: sink.port, pool: true, maxConnections: 1 });
    await Promise.all([1, 2, 3].map(() => client.sendMail(letter)));
    client.close();
    expect(sink.mails).toHaveLength(3);
    expect(sink.connections).toBe(1);
  });

  it('gives the answers that the hooks name', async () => {
    const client = await open({ onRcpt: (to) => (to.startsWith('bob') ? '550 5.1.1 unknown' : undefined) });
    await expect(client.sendMail({ ...letter, to: 'bob@mail.example' })).rejects.toMatchObject({ responseCode: 550 });
    expect(sink.mails).toHaveLength(0);
    sink.hooks.onData = () => '450 4.2.0 later';
    await expect(client.sendMail(letter)).rejects.toMatchObject({ responseCode: 450 });
    expect(sink.mails).toMatchObject([{ answer: '450 4.2.0 later' }]);
  });

  it('drops the connection after the final dot when told to', async () => {
    const client = await open({ onData: () => 'drop' });
    await expect(client.sendMail(letter)).rejects.toMatchObject({ code: 'ECONNECTION' });
    expect(sink.mails).toMatchObject([{ answer: 'drop', to: ['ada@mail.example'] }]);
  });

  it('never answers when told to hang', async () => {
    const client = await open({ onData: () => 'hang' });
    await expect(client.sendMail(letter)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(sink.mails).toMatchObject([{ answer: 'hang' }]);
  });

  it('understands a conversation sent in one piece', async () => {
    await open();
    const heard = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(sink.port, '127.0.0.1');
      socket.on('data', (chunk) => (text += String(chunk)));
      socket.on('close', () => resolve(text));
      socket.write(
        'HELO me\r\nNOOP\r\nRCPT TO:<a@b.example>\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n.\r\n' +
          'MAIL FROM:<x@b.example>\r\nRSET\r\nDATA\r\nWHAT\r\nQUIT\r\n',
      );
    });
    const codes = heard
      .trim()
      .split('\r\n')
      .map((line) => line.slice(0, 3));
    expect(codes.join(' ')).toBe('220 250 250 503 250 250 354 250 250 250 503 502 221');
    expect(sink.mails).toMatchObject([{ from: '', to: ['a@b.example'], data: '' }]);
  });

  it('says how many mails came when it waited in vain', async () => {
    await open();
    await expect(sink.waitFor(1, 10)).rejects.toThrow('0 of 1 arrived within 10 ms');
  });
});
