-- When a member or moderator deleted its images. The prompt stays for the moderators' log, until that expires.
ALTER TABLE images_request ADD COLUMN deleted_at timestamptz;
