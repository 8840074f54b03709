-- The guild's level of boosts, from 0 to 3, by which Discord takes larger files.
ALTER TABLE discord_guild ADD COLUMN premium_tier integer NOT NULL DEFAULT 0;

-- What Discord takes of a file there, in bytes; null for visits from before it was kept.
ALTER TABLE discord_visit ADD COLUMN file_size_bytes bigint;
