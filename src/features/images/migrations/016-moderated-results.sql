-- The categories of moderation for which the image is hidden until a member clicks it. Empty for most.
ALTER TABLE images_result ADD COLUMN hidden_for text[] NOT NULL DEFAULT '{}';
-- How many images were drawn and charged, but neither kept nor shown, because the model for moderation flagged them.
ALTER TABLE images_request ADD COLUMN withheld integer NOT NULL DEFAULT 0;
