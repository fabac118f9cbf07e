-- Whether a device's OS and usage mode are among those that the provider's catalogue specifies (terms, Art. 1 and 3), and
-- since when; null while it is not known. Devices that are here already are looked at by the job that does so every day.
alter table devices
  add column support text constraint devices_support check (support in ('supported', 'os', 'usage_mode')),
  add column support_since timestamptz;
