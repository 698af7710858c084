// A straightforward PostgreSQL adapter: one table, named (so prepared) statements, a pool of 8.
import pg from 'pg';

const SCHEMA = `create table if not exists oidc_payload (
  model text not null, id text not null, payload jsonb not null, grant_id text, user_code text, uid text,
  expires_at timestamptz, consumed_at timestamptz, primary key (model, id));
create index if not exists oidc_payload_grant on oidc_payload (grant_id);
create index if not exists oidc_payload_uid on oidc_payload (uid);`;

const UPSERT = `insert into oidc_payload (model, id, payload, grant_id, user_code, uid, expires_at)
  values ($1, $2, $3, $4, $5, $6, $7) on conflict (model, id) do update set payload = excluded.payload,
  grant_id = excluded.grant_id, user_code = excluded.user_code, uid = excluded.uid, expires_at = excluded.expires_at`;
const SELECT = 'select payload, consumed_at from oidc_payload where model = $1 and (expires_at is null or expires_at > now()) and';

export async function openPgAdapter(connectionString) {
  const pool = new pg.Pool({ connectionString, max: 8 });
  await pool.query(SCHEMA);
  const run = (name, text, values) => pool.query({ name, text, values });
  const one = ({ rows: [row] }) => row && { ...row.payload, ...(row.consumed_at ? { consumed: Math.floor(row.consumed_at / 1000) } : undefined) };
  return class PgAdapter {
    constructor(model) { this.model = model; }

    async upsert(id, payload, expiresIn) {
      const expires = expiresIn ? new Date(Date.now() + expiresIn * 1000) : null;
      await run('upsert', UPSERT, [this.model, id, payload, payload.grantId, payload.userCode, payload.uid, expires]);
    }

    async find(id) { return one(await run('find', `${SELECT} id = $2`, [this.model, id])); }

    async findByUid(uid) { return one(await run('find_uid', `${SELECT} uid = $2`, [this.model, uid])); }

    async findByUserCode(code) { return one(await run('find_code', `${SELECT} user_code = $2`, [this.model, code])); }

    async consume(id) {
      await run('consume', 'update oidc_payload set consumed_at = now() where model = $1 and id = $2', [this.model, id]);
    }

    async destroy(id) { await run('destroy', 'delete from oidc_payload where model = $1 and id = $2', [this.model, id]); }

    async revokeByGrantId(grantId) { await run('revoke', 'delete from oidc_payload where grant_id = $1', [grantId]); }
  };
}
