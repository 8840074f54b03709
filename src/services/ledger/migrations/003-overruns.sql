-- What a call uses beyond its hold counts in every meter of the hold, not on the instance's account alone. Of a person it
-- is a source of its own: their allowance and savings are not charged for it.
ALTER TABLE ledger_meter DROP CONSTRAINT ledger_meter_source_check;
ALTER TABLE ledger_meter ADD CONSTRAINT ledger_meter_source_check
  CHECK (source IN ('pool', 'allowance', 'savings', 'overrun'));

-- Overruns from before are in the entries.
INSERT INTO ledger_meter (holder, unit, source, day, spent)
SELECT meter.holder, e.unit, meter.source, t.day, sum(-e.amount)
FROM ledger_entry AS e JOIN ledger_transaction AS t ON t.id = e.transaction_id
CROSS JOIN LATERAL (VALUES
  ('instance', 'pool'), ('guild:' || t.guild_id, 'pool'), ('channel:' || t.channel_id, 'pool'),
  ('user:' || t.payer_id, 'overrun')
) AS meter(holder, source)
WHERE e.account = 'instance/overrun' AND meter.holder IS NOT NULL
GROUP BY meter.holder, e.unit, meter.source, t.day
ON CONFLICT (holder, unit, source, day) DO UPDATE SET spent = ledger_meter.spent + excluded.spent;
