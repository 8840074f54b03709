-- The guild's level of boosts, from 0 to 3, by which Discord takes larger files.
ALTER TABLE discord_guild ADD COLUMN premium_tier integer NOT NULL DEFAULT 0;
