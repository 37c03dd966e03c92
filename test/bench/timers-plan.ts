import type pg from 'pg';

/** How the server carries out a function: the statements in it that touch pages, each with its plan; undone afterwards. */
export async function planOf(client: pg.Client, statement: string): Promise<string> {
  const plans: string[] = [];
  const note = ({ message }: { message?: string | undefined }): void => {
    if (message?.includes('plan:')) plans.push(message);
  };
  client.on('notice', note);
  try {
    await client.query('begin');
    await client.query(`load 'auto_explain'`);
    const settings = { log_min_duration: '0', log_analyze: 'on', log_buffers: 'on', log_nested_statements: 'on' };
    for (const [name, value] of Object.entries(settings))
      await client.query(`select set_config($1, $2, true)`, [`auto_explain.${name}`, value]);
    plans.length = 0;
    await client.query('set local client_min_messages = log');
    await client.query(statement);
    await client.query('set local client_min_messages = warning');
    await client.query('rollback');
  } finally {
    client.off('notice', note);
  }
  return plans.filter((plan) => plan.includes('Buffers:')).join('\n\n');
}
