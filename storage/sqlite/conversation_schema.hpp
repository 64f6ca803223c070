#pragma once

namespace pillarbox::storage::sqlite {

/// A step of the schema: which messages of a mailbox are one conversation, and
/// what people have chosen of how their account looks. `thread_of` is a function
/// of Database's writers.
inline constexpr auto conversation_schema = R"sql(
-- `latest`: of its conversation it was received last, and stands for it in lists.
CREATE TABLE conversation (
    mailbox  INTEGER NOT NULL,
    thread   INTEGER NOT NULL,
    received INTEGER NOT NULL,
    uid      INTEGER NOT NULL,
    latest   INTEGER NOT NULL,
    PRIMARY KEY (mailbox, thread, received, uid)
) STRICT, WITHOUT ROWID;

ALTER TABLE mailbox ADD COLUMN conversations INTEGER NOT NULL DEFAULT 0;

INSERT INTO conversation (mailbox, thread, received, uid, latest)
    SELECT m.mailbox, thread_of(body.thread_key, m.msg), m.received, m.uid, 0
    FROM message m JOIN msg ON msg.id = m.msg JOIN body ON body.id = msg.body;
UPDATE conversation SET latest = 1 WHERE (mailbox, thread, received, uid) IN (
    SELECT mailbox, thread, received, uid FROM (SELECT *, row_number() OVER (
        PARTITION BY mailbox, thread ORDER BY received DESC, uid DESC) AS place FROM conversation)
    WHERE place = 1);
UPDATE mailbox SET conversations =
    (SELECT count(*) FROM conversation WHERE conversation.mailbox = mailbox.id AND latest = 1);
CREATE INDEX conversation_by_received ON conversation (mailbox, latest, received, uid);

-- Whichever way a message goes, its conversation is one less.
CREATE TRIGGER message_leaves_conversation AFTER DELETE ON message
BEGIN
    DELETE FROM conversation WHERE mailbox = old.mailbox AND latest IN (0, 1) AND received = old.received
        AND uid = old.uid;
END;
CREATE TRIGGER conversation_loses_latest AFTER DELETE ON conversation WHEN old.latest = 1
BEGIN
    UPDATE conversation SET latest = 1 WHERE mailbox = old.mailbox AND thread = old.thread
        AND (received, uid) = (SELECT received, uid FROM conversation WHERE mailbox = old.mailbox
                               AND thread = old.thread ORDER BY received DESC, uid DESC LIMIT 1);
    UPDATE mailbox SET conversations = conversations - 1 WHERE id = old.mailbox AND NOT EXISTS
        (SELECT 1 FROM conversation WHERE mailbox = old.mailbox AND thread = old.thread);
END;

CREATE TABLE setting (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name    TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;
)sql";

} // namespace pillarbox::storage::sqlite
