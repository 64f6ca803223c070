/** What the API answers; members not used here are left out. */
export interface SessionInfo {
  account: { address: string; admin: boolean };
  csrfToken: string;
  expires: string;
  deletedKeptFor: number; // seconds that what was deleted can be had back; 0: not at all
  testMode: boolean; // nothing leaves the server
}

export interface Mailbox {
  id: string;
  role: 'inbox' | 'drafts' | 'sent' | 'archive' | 'junk' | 'trash' | 'own';
  name: string;
  total: number;
  unread: number;
  state: string;
}

export interface Flags {
  seen: boolean;
  flagged: boolean;
  answered: boolean;
  draft: boolean;
}

export interface Person {
  name: string;
  address: string;
}

/** What a row shows besides its message, when it is a conversation: of those in its mailbox, or that were found. */
export interface Conversation {
  messages: number;
  unread: number;
  flagged: boolean;
  attachments: boolean;
}

export interface Row {
  id: string;
  mailbox: string;
  thread: string; // the same for all messages of a conversation
  from: Person;
  subject: string;
  preview: string;
  received: string;
  size: number;
  attachments: boolean;
  flags: Flags;
  conversation?: Conversation;
}

export interface MessagePage {
  items: Row[];
  total: number;
  position: number;
  state: string;
}

/** What a search found. */
export interface FoundPage {
  items: Row[];
  total: number | null; // of the first page, and counted only so far
  more: boolean; // there are more than `total`
  behind: number; // messages whose words are not known yet
  nextCursor: string | null;
}

export interface Attachment {
  path: string;
  name: string;
  type: string;
  size: number;
  inline: boolean;
  contentId: string;
}

export interface HeaderField {
  name: string;
  value: string;
}

/** One part of a message, with those within it. */
export interface Part {
  path: string;
  type: string;
  charset: string;
  name: string;
  disposition: string;
  size: number;
  parts: Part[];
}

export interface Message {
  id: string;
  mailbox: string;
  thread: string; // as of its row
  subject: string;
  from: Person[];
  to: Person[];
  cc: Person[];
  replyTo: Person[];
  date: string | null;
  received: string;
  size: number;
  flags: Flags;
  headers: HeaderField[];
  body: { html: boolean; text: boolean };
  attachments: Attachment[];
  structure: Part;
  incomplete: boolean;
  /** What SPF, DKIM and DMARC said as it came; absent where nobody asked. */
  authentication?: { spf: string; dkim: string; dmarc: string; domain: string };
  /** What spoke for and against junk as it came; absent where nothing did. */
  judgement?: { junk: boolean; score: number; reasons: { name: string; weight: number; text: string }[] };
}
