// The statements of the hot path, under the device role.

/**
 * One message each of up to 256 devices of any contractors; what happens to one is `windows_turn` (0016_windows.sql). Rows
 * are locked in the order of the arrays, which is the same everywhere.
 */
export const TURN = `
select u.n::integer, r.*
from unnest($1::uuid[], $2::bytea[], $3::boolean[], $4::text[], $5::bytea[], $6::bytea[], $7::text[], $8::integer[],
  $9::bytea[], $10::boolean[], $11::text[], $12::text[], $13::text[], $14::text[], $15::integer[], $16::integer[],
  $17::boolean[], $18::integer[], $19::boolean[], $20::text[], $21::text[], $22::integer[])
  with ordinality as u(contractor, certificate, signed, dev, given_nonce, next_nonce, session, message, body, opening, echo,
    new_token, said_login, said_tree, said_max, reply, last, weight, leaving, answers, report, patience, n)
cross join lateral windows_turn(u.contractor, u.certificate, u.signed, u.dev, u.given_nonce, u.next_nonce, u.session,
  u.message, u.body, u.opening, u.echo, u.new_token, u.said_login, u.said_tree, u.said_max, u.reply, u.last, u.weight,
  u.leaving, u.answers::json, u.report::json, u.patience, $23::timestamptz) r`;

/** What never changes about a certificate: for the cache. $1 contractor, $2 hash. */
export const BINDING = `
select i.enrollment_id, e.device_id, e.dev_id from windows_identities i
join windows_enrollments e on e.contractor_id = i.contractor_id and e.enrollment_id = i.enrollment_id
where i.contractor_id = $1 and i.certificate_sha256 = $2`;
