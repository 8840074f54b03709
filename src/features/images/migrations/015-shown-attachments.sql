-- Images are found by the attachment that shows them: those of a reply, and of a whole chain of replies.
CREATE INDEX images_result_attachment ON images_result (attachment_id);
