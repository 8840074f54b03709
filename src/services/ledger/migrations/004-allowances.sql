-- Terms call a payer's allowances by that name: they were `purses`, each with its amount under `allowance`.
UPDATE ledger_hold SET terms = (terms - 'purses') || jsonb_build_object('allowances', (
  SELECT coalesce(jsonb_agg((own - 'allowance') || jsonb_build_object('amount', own->'allowance') ORDER BY place), '[]')
  FROM jsonb_array_elements(terms->'purses') WITH ORDINALITY AS each(own, place)
)) WHERE terms ? 'purses';
