CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE accounts (
    id TEXT NOT NULL,
    owner_id BIGINT NOT NULL,
    site TEXT NOT NULL,
    name TEXT NOT NULL,
    credentials BLOB NOT NULL,
    old_credentials BLOB,
    old_until BIGINT,
    hook_hash TEXT,
    hook_token BLOB,
    hook_seen_at BIGINT,
    key_ok BOOLEAN NOT NULL,
    balance BIGINT,
    balance_at BIGINT,
    created_at BIGINT NOT NULL,
    removed_at BIGINT,
    CONSTRAINT pk_accounts PRIMARY KEY (id),
    CONSTRAINT uq_accounts_hook_hash UNIQUE (hook_hash)
);

CREATE INDEX ix_accounts_owner_id ON accounts (owner_id);

CREATE TABLE arrivals (
    site TEXT NOT NULL,
    service TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    orders BIGINT NOT NULL,
    CONSTRAINT pk_arrivals PRIMARY KEY (site, service, bucket)
);

CREATE TABLE chats (
    id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    closed TEXT,
    CONSTRAINT pk_chats PRIMARY KEY (id)
);

CREATE TABLE outbox (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    priority INTEGER NOT NULL,
    user_id BIGINT NOT NULL,
    chat_id BIGINT NOT NULL,
    thread_id BIGINT,
    order_id TEXT,
    purchase_id TEXT,
    message_id TEXT,
    args JSON NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    unsure BOOLEAN NOT NULL,
    not_before_ms BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    sent_ms BIGINT,
    sent_id BIGINT,
    error TEXT,
    CONSTRAINT pk_outbox PRIMARY KEY (id)
);

CREATE INDEX ix_outbox_due ON outbox (not_before_ms) WHERE state = 'due';

CREATE UNIQUE INDEX uq_outbox_card ON outbox (order_id) WHERE kind = 'card' AND state = 'due';

CREATE TABLE prompts (
    chat_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    args JSON NOT NULL,
    sealed BLOB,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_prompts PRIMARY KEY (chat_id, user_id)
);

CREATE TABLE users (
    id BIGINT NOT NULL,
    language TEXT NOT NULL,
    keep_days INTEGER NOT NULL,
    cap_order BIGINT,
    cap_day BIGINT,
    cap_month BIGINT,
    created_at BIGINT NOT NULL, name TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (id)
);

CREATE TABLE catalogs (
    account_id TEXT NOT NULL,
    line TEXT NOT NULL,
    choice TEXT NOT NULL,
    picks TEXT NOT NULL,
    options BLOB NOT NULL,
    fetched_at BIGINT NOT NULL,
    CONSTRAINT pk_catalogs PRIMARY KEY (account_id, line, choice, picks),
    CONSTRAINT fk_catalogs_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE TABLE drafts (
    id TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    chat_id BIGINT NOT NULL,
    thread_id BIGINT,
    card_id BIGINT,
    account_id TEXT NOT NULL,
    line TEXT NOT NULL,
    picks JSON NOT NULL,
    asking TEXT,
    "query" TEXT NOT NULL,
    page INTEGER NOT NULL,
    low BIGINT,
    high BIGINT,
    quoted_at BIGINT,
    token TEXT,
    act TEXT,
    order_id TEXT,
    created_at BIGINT NOT NULL, share_id TEXT,
    CONSTRAINT pk_drafts PRIMARY KEY (id),
    CONSTRAINT fk_drafts_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT uq_drafts_token UNIQUE (token)
);

CREATE TABLE hooks (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    site TEXT NOT NULL,
    body BLOB NOT NULL,
    headers JSON NOT NULL,
    received_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    not_before_ms BIGINT NOT NULL,
    outcome TEXT,
    CONSTRAINT pk_hooks PRIMARY KEY (id),
    CONSTRAINT fk_hooks_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_hooks_waiting ON hooks (account_id) WHERE state IN ('new', 'held');

CREATE INDEX ix_hooks_due ON hooks (not_before_ms) WHERE state IN ('new', 'held');

CREATE TABLE purchases (
    id TEXT NOT NULL,
    token TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    chat_id BIGINT NOT NULL,
    thread_id BIGINT,
    card_id BIGINT,
    account_id TEXT NOT NULL,
    site TEXT NOT NULL,
    line TEXT NOT NULL,
    act TEXT,
    order_id TEXT,
    picks JSON NOT NULL,
    state TEXT NOT NULL,
    ceiling BIGINT NOT NULL,
    charged BIGINT,
    error TEXT,
    detail TEXT,
    sent_at BIGINT,
    baseline JSON,
    finding TEXT,
    found JSON,
    finds INTEGER NOT NULL,
    next_find_ms BIGINT,
    created_at BIGINT NOT NULL,
    settled_at BIGINT, share_id TEXT,
    CONSTRAINT pk_purchases PRIMARY KEY (id),
    CONSTRAINT fk_purchases_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT uq_purchases_token UNIQUE (token)
);

CREATE INDEX ix_purchases_account_id_created_at ON purchases (account_id, created_at);

CREATE INDEX ix_purchases_state ON purchases (state);

CREATE INDEX ix_purchases_next_find_ms ON purchases (next_find_ms);

CREATE TABLE orders (
    id TEXT NOT NULL,
    purchase_id TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    chat_id BIGINT NOT NULL,
    thread_id BIGINT,
    card_id BIGINT,
    account_id TEXT NOT NULL,
    site TEXT NOT NULL,
    line TEXT NOT NULL,
    site_id TEXT NOT NULL,
    activation INTEGER NOT NULL,
    state TEXT NOT NULL,
    is_open BOOLEAN NOT NULL,
    number TEXT,
    picks JSON NOT NULL,
    facts JSON NOT NULL,
    price BIGINT,
    refunded BIGINT,
    created_at BIGINT NOT NULL,
    activated_at BIGINT NOT NULL,
    alive_at BIGINT NOT NULL,
    reminded_of BIGINT,
    expires_at BIGINT,
    ended_at BIGINT,
    next_look_ms BIGINT NOT NULL,
    leased_ms BIGINT,
    last_look_at BIGINT,
    failed_looks INTEGER NOT NULL,
    trouble TEXT, share_id TEXT,
    CONSTRAINT pk_orders PRIMARY KEY (id),
    CONSTRAINT fk_orders_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_orders_purchase_id FOREIGN KEY(purchase_id) REFERENCES purchases (id),
    CONSTRAINT uq_orders_account_id_site_id UNIQUE (account_id, site_id)
);

CREATE INDEX ix_orders_is_open_next_look_ms ON orders (is_open, next_look_ms);

CREATE INDEX ix_orders_open_of_account ON orders (account_id) WHERE is_open = 1;

CREATE INDEX ix_orders_user_id_created_at ON orders (user_id, created_at);

CREATE TABLE messages (
    id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    activation INTEGER NOT NULL,
    site_id TEXT,
    at BIGINT,
    body BLOB,
    via TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_messages PRIMARY KEY (id),
    CONSTRAINT fk_messages_order_id FOREIGN KEY(order_id) REFERENCES orders (id) ON DELETE CASCADE,
    CONSTRAINT uq_messages_order_id_site_id UNIQUE (order_id, site_id)
);

CREATE INDEX ix_messages_created_at ON messages (created_at);

CREATE INDEX ix_outbox_next ON outbox (priority, id) WHERE state = 'due';

CREATE INDEX ix_purchases_user_id_created_at ON purchases (user_id, created_at);

CREATE INDEX ix_purchases_share_id_created_at ON purchases (share_id, created_at);

CREATE INDEX ix_purchases_order_id ON purchases (order_id) WHERE order_id IS NOT NULL;

CREATE INDEX ix_orders_purchase_id_refunded ON orders (purchase_id, refunded);

CREATE TABLE shares (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    chat_id BIGINT NOT NULL,
    thread_id BIGINT,
    who TEXT NOT NULL,
    codes TEXT NOT NULL,
    codes_since BIGINT NOT NULL,
    admins_act BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    CONSTRAINT pk_shares PRIMARY KEY (id),
    CONSTRAINT fk_shares_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);

CREATE UNIQUE INDEX uq_shares_active ON shares (account_id, chat_id) WHERE ended_at IS NULL;

CREATE INDEX ix_shares_chat_id ON shares (chat_id);

CREATE TABLE share_caps (
    share_id TEXT NOT NULL,
    span TEXT NOT NULL,
    most BIGINT,
    tighter BIGINT,
    CONSTRAINT pk_share_caps PRIMARY KEY (share_id, span),
    CONSTRAINT fk_share_caps_share_id FOREIGN KEY(share_id) REFERENCES shares (id)
);

CREATE TABLE share_members (
    share_id TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    role TEXT,
    name TEXT NOT NULL,
    CONSTRAINT pk_share_members PRIMARY KEY (share_id, user_id),
    CONSTRAINT fk_share_members_share_id FOREIGN KEY(share_id) REFERENCES shares (id)
);

CREATE TABLE share_warnings (
    share_id TEXT NOT NULL,
    span TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    since BIGINT NOT NULL,
    CONSTRAINT pk_share_warnings PRIMARY KEY (share_id, span, user_id, since),
    CONSTRAINT fk_share_warnings_share_id FOREIGN KEY(share_id) REFERENCES shares (id)
);

CREATE TABLE share_log (
    id INTEGER NOT NULL,
    share_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    user_id BIGINT,
    name TEXT NOT NULL,
    event TEXT NOT NULL,
    purchase_id TEXT,
    amount BIGINT,
    args JSON NOT NULL,
    CONSTRAINT pk_share_log PRIMARY KEY (id),
    CONSTRAINT fk_share_log_share_id FOREIGN KEY(share_id) REFERENCES shares (id)
);

CREATE INDEX ix_share_log_share_id_at_id ON share_log (share_id, at, id);

CREATE INDEX ix_share_log_purchase_id ON share_log (purchase_id);

CREATE TRIGGER share_log_no_update BEFORE UPDATE ON share_log BEGIN SELECT RAISE(ABORT, 'the log is kept as it is'); END;

CREATE TRIGGER share_log_no_delete BEFORE DELETE ON share_log BEGIN SELECT RAISE(ABORT, 'the log is kept as it is'); END;

CREATE TRIGGER share_log_no_replace BEFORE INSERT ON share_log WHEN EXISTS (SELECT 1 FROM share_log WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'the log is kept as it is'); END;

INSERT INTO alembic_version (version_num) VALUES ('0003');
