-- With which version of the book the projections and days of service of a contractor were derived; null: not known.
alter table contract_heads add column book_version bigint;
