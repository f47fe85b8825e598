DELETE FROM delivery WHERE channel <> 'sms';
ALTER TABLE delivery DROP CONSTRAINT delivery_channel_check;
ALTER TABLE delivery ADD CONSTRAINT delivery_channel_check CHECK (channel IN ('sms'));
ALTER TABLE account DROP COLUMN wechat_asked_until;
DROP TABLE wechat_binding;
