-- Whether it was asked for in an age-restricted channel, or begins from an image that was: others are not made of its images elsewhere.
ALTER TABLE images_request ADD COLUMN is_adult boolean NOT NULL DEFAULT false;
