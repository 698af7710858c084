// Unbounded in-memory adapter: nothing is evicted, expiry is left to the provider's own checks.
export function memoryAdapter() {
  const rows = new Map();
  const byUid = new Map();
  const byGrant = new Map();
  return class MemoryAdapter {
    constructor(model) { this.model = model; }

    key(id) { return `${this.model}:${id}`; }

    async upsert(id, payload) {
      const key = this.key(id);
      rows.set(key, payload);
      if (payload.uid) byUid.set(payload.uid, key);
      if (payload.grantId) {
        if (!byGrant.has(payload.grantId)) byGrant.set(payload.grantId, new Set());
        byGrant.get(payload.grantId).add(key);
      }
    }

    async find(id) { return rows.get(this.key(id)); }

    async findByUid(uid) { return rows.get(byUid.get(uid)); }

    async findByUserCode() { return undefined; }

    async consume(id) { rows.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }

    async destroy(id) { rows.delete(this.key(id)); }

    async revokeByGrantId(grantId) {
      for (const key of byGrant.get(grantId) ?? []) rows.delete(key);
      byGrant.delete(grantId);
    }
  };
}
