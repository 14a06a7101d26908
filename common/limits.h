// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Every maximum of the system, one sentence each, with the relations between them asserted.
// It knows numbers only; it must never include another header of the project.
// Read first: docs/PROTOCOL.md for those that are part of the formats.
#ifndef BARAZA_COMMON_LIMITS_H
#define BARAZA_COMMON_LIMITS_H

#include <assert.h>

// --- canonical msgpack ---
#define LIMIT_PACK_DEPTH 6             // arrays and maps may be nested this deep

// --- entries and parts (formats: entry, parts) ---
#define LIMIT_ENTRY_BYTES 8192         // one whole entry, header and signature
#define LIMIT_HEADER_BYTES 8122        // what an entry leaves for its header: 8192 - heads 1 and 3 - signature 66
#define LIMIT_BODY_BYTES 1024          // the machine-read body inside a header
#define LIMIT_KIND_BYTES 24            // a kind's name
#define LIMIT_CODE_BYTES 32            // a code: [A-Za-z0-9._-]{1,32}
#define LIMIT_REFS 64                  // references in one entry
#define LIMIT_PARTS 12                 // parts of one entry
#define LIMIT_PART_NAME 24             // a part's name
#define LIMIT_DISCLOSURE_BYTES 262144  // all disclosed parts of one entry together (256 KiB)
#define LIMIT_ROLES 16                 // roles in one grant
#define LIMIT_AREAS 16                 // areas in one grant
#define LIMIT_FIELDS 48                // fields in one map of a part's content
#define LIMIT_FIELD_KEY 35             // a field's name; a BCP 47 tag fits
#define LIMIT_REVOKE_CHAINS 16         // chains that stand after a revocation
#define LIMIT_SCOPES 16                // scopes of consent in one withdrawal
#define LIMIT_ATTENDANCE 1000000       // people counted in one row of an attendance
#define LIMIT_INVITE_SPENT 16          // enrolments over an invitation's uses that are sequenced without effect

// --- batches and the exchange ---
#define LIMIT_BATCH_ENTRIES 256        // wire entries in one batch
#define LIMIT_BATCH_BYTES 524288       // a batch before compression (512 KiB)
#define LIMIT_FRAME_BYTES 1048576      // one message on the wire (1 MiB), ZMQ_MAXMSGSIZE on both sides
#define LIMIT_CREDIT_BYTES 1048576     // unacknowledged bytes a node may have under way
#define LIMIT_HEADS 256                // journal heads in one hello or welcome
#define LIMIT_WELCOME_HEADS 1024       // heads in one welcome: every branch of every journal that a hello may name
#define LIMIT_BRANCHES 4               // branches kept of one forked journal; more wait for the registrar
#define LIMIT_ERROR_DETAIL 200         // bytes of text in an error message
#define LIMIT_DOWN_ENTRIES 64          // entries in one downstream message
#define LIMIT_OUTBOX_RECORDS 256       // outbox records in one message
#define LIMIT_CHUNK_BYTES 65520        // one chunk of an attachment, encrypted: it fills 16 pages of the store
#define LIMIT_CHUNK_CLEAR 65480        // what it holds: less a nonce and an authentication tag
#define LIMIT_ATTACHMENTS 16           // attachments of one entry
#define LIMIT_ATTACHMENT_BYTES 67108864 // one attachment, before encryption (64 MiB: an hour and more of speech)
#define LIMIT_ATTACHMENT_STILL 10485760 // one photograph or scan (10 MiB)
#define LIMIT_ATTACHMENT_CHUNKS 1025   // chunks of the largest attachment
#define LIMIT_ATTACHMENT_NAME 120      // its name
#define LIMIT_ATTACHMENT_TYPE 32       // its media type
#define LIMIT_MANIFEST_BYTES 6144      // all that an entry says of its attachments

// --- notes, checkpoints, proofs ---
#define LIMIT_NOTE_BYTES 1048576       // a signed note, text and signatures
#define LIMIT_NOTE_LINE 8192           // one signature line (C2SP signed-note: signatures of nearly 5 kB, in base64)
#define LIMIT_NOTE_SIGNATURES 100      // signature lines read; more refuse the note
#define LIMIT_KEY_NAME 255             // a verifier key's name
#define LIMIT_PROOF_HASHES 63          // hashes in an inclusion or consistency proof
#define LIMIT_RECEIPT_CHAIN 1024       // entries of one journal in a receipt, up to the one that was proved
#define LIMIT_CHARTER_BYTES 65536      // a charter, text and signatures
#define LIMIT_ROOT_KEYS 16             // root keys of a consultation
#define LIMIT_KEY_CHANGES 63           // rekeys in force, of all keys: what a site must be able to take at once
#define LIMIT_HUB_KEYS 66              // secrets of one kind that a hub keeps: those in force, before, and for later
#define LIMIT_SUCCESSION_ENTRIES (LIMIT_KEY_CHANGES * LIMIT_ROOT_KEYS) // the entries that say so
#define LIMIT_SUCCESSION_BYTES 524288  // their bytes: a rekey and its approvals have some 350 each
#define LIMIT_PROTECT_KEYS 16          // protection officers' keys in a charter
#define LIMIT_LANGUAGES 64             // languages in a charter
#define LIMIT_TITLE_BYTES 200          // a consultation's title
#define LIMIT_PREFIX_BYTES 180         // a consultation's prefix; with '/' and 64 hex digits it names the log key
#define LIMIT_INVITE_ADDRESSES 8       // the hub's addresses in one invitation

// --- the hub ---
#define LIMIT_HUB_POOL_BYTES 67108864  // memory for everything that peers have under way, all together (64 MiB)
#define LIMIT_HUB_MEMORY 268435456     // a hub's anonymous memory at most, beside 64 bytes an entry of its record
#define LIMIT_SESSIONS 4096            // connected peers the hub remembers
#define LIMIT_INVITED_SESSIONS 256     // of these, connections that came with an invitation
#define LIMIT_TICKETS 1024             // batches under way at the hub
#define LIMIT_WANTS 64                 // proofs that one peer may wait for at a time
#define LIMIT_COMMIT_ENTRIES 16384     // entries in one transaction of the writer

// --- the store ---
#define LIMIT_STORE_MAP 68719476736    // address space of a store's file (64 GiB); it takes neither memory nor disk
#define LIMIT_STORE_DATABASES 32       // databases of one environment
#define LIMIT_STORE_READERS 126        // read transactions of all processes at once
#define LIMIT_MARK_PATH 4096           // path of a mark

// --- transport ---
#define LIMIT_NET_QUEUE_IN 4           // messages of one connection that wait to be read before its sender must wait
#define LIMIT_NET_QUEUE_OUT 256        // messages that wait to be sent to one connection before it is "not now"
#define LIMIT_NET_BACKLOG 4096         // connections the system may hold for the hub before it accepts them
#define LIMIT_NET_ADDRESS 255          // an address as text
#define LIMIT_HANDSHAKE_MS 8000        // a connection without a proved key is closed then: 3.5 trips of 2 s
#define LIMIT_NET_HELD_PEER 6291456    // bytes of one connection in libzmq's hands, on their way in or out (6 MiB)
#define LIMIT_NET_HELD 67108864        // the same of all connections together (64 MiB); then those with most are cut,
#define LIMIT_NET_HELD_LEAST 65536     // but none that holds less than this
#define LIMIT_NET_FDS 65536            // descriptors of connections that are watched for it
#define LIMIT_ZAP_KEYS 65536           // keys the hub's door knows
#define LIMIT_LOOP_WATCHES 16          // sockets and descriptors one loop waits for

// --- the page ---
#define LIMIT_HTTP_CONNECTIONS 128     // open at a time: a browser has six, with some tabs and their like
#define LIMIT_HTTP_TARGET 200          // a path, as it is sent
#define LIMIT_HTTP_MEMORY 40960        // what a connection may take for the head of a request
#define LIMIT_HTTP_JSON 262144         // a body of JSON: a hundred drafts of two pages each (256 KiB)
#define LIMIT_HTTP_OCTETS 262144       // a body of bytes: a piece of an attachment, a photographed sheet (256 KiB)
#define LIMIT_HTTP_BODIES 2097152      // all bodies that are being read, together (2 MiB)
#define LIMIT_HTTP_REPLY 2097152       // one reply (2 MiB)
#define LIMIT_HTTP_REQUEST_MS 10000    // a head, and then a body, takes no longer within one computer
#define LIMIT_HTTP_IDLE_MS 60000       // a connection waits so long for its next request
#define LIMIT_JSON_DEPTH 16            // arrays and objects within each other, in JSON from outside
#define LIMIT_JSON_VALUES 16384        // values in it: each takes a hundred bytes
#define LIMIT_LOGINS 64                // tabs that are logged in at a time
#define LIMIT_TICKETS_PRINT 8          // pages to print that wait to be fetched
#define LIMIT_TICKET_MS 60000          // and how long they wait

// --- command line and configuration ---
#define LIMIT_ARGS_OPTIONS 48          // options of one command
#define LIMIT_ARGS_REPEAT 32           // times one option may be given
#define LIMIT_CONF_KEYS 32             // keys of one program
#define LIMIT_CONF_NAME 32             // a key's name

// --- drafts ---
#define LIMIT_DISK_WORDS 20971520      // bytes of a site's disk that are left to words: then no sound is taken (20 MiB)
#define LIMIT_DRAFT_BYTES 65536        // the fields of one draft, as they are kept: some twenty pages of text
#define LIMIT_DRAFTS_PERSON 256        // drafts of one person: more people than a forum hears in a day
#define LIMIT_DRAFTS 1024              // drafts of all who write in one state directory
#define LIMIT_DRAFT_FORUMS 64          // forums of one person whose drafts go on being counted

// --- people of a state ---
#define LIMIT_PAPER_RANGES 64          // runs of numbers of paper forms that were printed for one forum
#define LIMIT_PERSONS 32               // people who write in one state directory
#define LIMIT_STRANDED 256             // closed journals of one state whose entries wait to be signed anew
#define LIMIT_PERSON_NAME 64           // a chosen name
#define LIMIT_DESTROYED 64             // people whose keys were destroyed on one device, as it tells the hub
#define LIMIT_KEYHOLDERS 4             // who can give one person a new passphrase
#define LIMIT_PASSPHRASE 1024          // a passphrase
#define LIMIT_KEYRING_BYTES 65536      // a keyring file
#define LIMIT_ARGON_MEMORY 268435456   // memory that a keyring may ask for (256 MiB)
#define LIMIT_ARGON_PASSES 10          // passes that a keyring may ask for
#define LIMIT_INVITATION_BYTES 4096    // an invitation's text
#define LIMIT_AGENT_BYTES 8192         // one request to the agent, or its reply

// --- files from outside ---
#define LIMIT_EXPORT_FRAME 1048576     // one frame of an export
#define LIMIT_EXPORT_LEAVES 256        // leaf hashes in one frame of an export
#define LIMIT_EXPORT_HEAD 65600        // bytes of an export that hold its magic line and charter
#define LIMIT_BUNDLE_BYTES 1073741824  // one bundle (1 GiB): a year of a busy site, and it fits any stick
#define LIMIT_BUNDLE_FRAME 1048640     // one frame of a bundle: a message, what sealing adds, and the heads around it
#define LIMIT_BUNDLE_FOLDER 4096       // bundles in one folder
#define LIMIT_BUNDLE_VIEW 4096         // the checkpoint that a bundle shows to whoever carries it
#define LIMIT_CARRIED 64               // bundles of other sites that a site carries
#define LIMIT_CARRIED_SITE 4           // of these, from one site to the hub
#define LIMIT_CARRIED_BYTES 536870912  // all of them together (512 MiB)
#define LIMIT_SEARCH_BYTES 400        // of what a person looks for in the words
#define LIMIT_STICKS 16                // media that are offered for a bundle
#define LIMIT_STICK_PATH 1000          // bytes of where one is mounted
#define LIMIT_MOUNTINFO_BYTES 262144   // of the table of what is mounted: more than any computer of people has
#define LIMIT_OUTWARD 64               // journals of which a site remembers how far its last bundle carried them
#define LIMIT_VIEWS 16                 // checkpoints of others that wait to be compared with a site's own
#define LIMIT_EVIDENCE_NOTES 64        // checkpoints in a file of evidence
#define LIMIT_EVIDENCE_RECEIPTS 256    // receipts in it
#define LIMIT_EVIDENCE_CUSTODIES 1024  // custody notes in it
#define LIMIT_EVIDENCE_FINDINGS 64     // of what it proves, so many are named; the others are counted
#define LIMIT_EVIDENCE_BYTES 16777216  // the whole file (16 MiB)
#define LIMIT_AUDIT_BATCH 256          // entries that an auditor's thread checks at a time
#define LIMIT_AUDIT_BATCH_BYTES 2097152 // their bytes together, but for the first that does not fit (2 MiB)
#define LIMIT_AUDIT_THREADS 64         // threads of one audit
#define LIMIT_CONF_BYTES 65536         // a configuration file
#define LIMIT_CONF_LINE 199            // libinih splits longer lines, so they are refused
#define LIMIT_CSV_FIELD 262144         // one field of a CSV file
#define LIMIT_CSV_FIELDS 256           // fields in one row

static_assert(1 + 3 + LIMIT_HEADER_BYTES + 2 + 64 == LIMIT_ENTRY_BYTES, "the largest header just fits an entry");
static_assert(LIMIT_BODY_BYTES < LIMIT_HEADER_BYTES, "a body fits a header");
static_assert(LIMIT_BATCH_BYTES > LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES + 1024, "any one entry fits a batch");
static_assert(LIMIT_FRAME_BYTES > LIMIT_BATCH_BYTES + 65536, "an incompressible batch fits a message");
static_assert(LIMIT_CHUNK_CLEAR + 24 + 16 == LIMIT_CHUNK_BYTES, "nonce, cipher and tag make a chunk");
static_assert((LIMIT_ATTACHMENT_BYTES + LIMIT_CHUNK_CLEAR - 1) / LIMIT_CHUNK_CLEAR == LIMIT_ATTACHMENT_CHUNKS,
              "the largest attachment has so many chunks");
static_assert(LIMIT_ATTACHMENTS * (LIMIT_ATTACHMENT_NAME + LIMIT_ATTACHMENT_TYPE + 44 + 48) <= LIMIT_MANIFEST_BYTES,
              "the longest manifest fits, sealed too");
static_assert(LIMIT_NET_QUEUE_IN * LIMIT_BATCH_BYTES >= LIMIT_CREDIT_BYTES, "a window of full batches fits the queue");
static_assert(LIMIT_NET_HELD_PEER >= (LIMIT_NET_QUEUE_IN + 2) * LIMIT_FRAME_BYTES,
              "a full queue is not taken for an attack");
static_assert(LIMIT_DRAFT_BYTES <= LIMIT_DISCLOSURE_BYTES / 2, "what was kept as a draft can be signed");
static_assert(LIMIT_ARGS_OPTIONS > LIMIT_CONF_KEYS, "every key of a configuration can be an option");
static_assert(LIMIT_CREDIT_BYTES >= LIMIT_FRAME_BYTES, "one message fits the credit");
static_assert(LIMIT_WELCOME_HEADS == LIMIT_HEADS * LIMIT_BRANCHES, "a welcome answers the largest hello in full");
static_assert(LIMIT_HUB_POOL_BYTES >= 16 * LIMIT_CREDIT_BYTES, "sixteen full senders fit the pool");
static_assert(LIMIT_HUB_MEMORY >= 2 * LIMIT_HUB_POOL_BYTES + LIMIT_NET_HELD + 67108864,
              "blocks of the pool half empty, what the transport holds, and 64 MiB for sessions, ledger and threads");
static_assert(LIMIT_EXPORT_HEAD >= LIMIT_CHARTER_BYTES + 17 + 4 + 16, "magic line, length, heads and charter");
static_assert(LIMIT_AGENT_BYTES > LIMIT_PERSONS * (LIMIT_PERSON_NAME + 40), "everybody's name and key fit a reply");
static_assert(LIMIT_EXPORT_FRAME >= LIMIT_DISCLOSURE_BYTES + LIMIT_ENTRY_BYTES, "any one entry fits an export frame");
static_assert(LIMIT_BUNDLE_FRAME >= LIMIT_FRAME_BYTES + 16 + 5 + 2, "any message fits a frame of a bundle");

#endif
