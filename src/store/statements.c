/* statements: every SQL text; see statements.h. */
#include "store/statements.h"

const char store_schema[] =
    "CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;"
    "CREATE TABLE fact (city TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY (city, key)) STRICT;"
    "CREATE TABLE account (city TEXT NOT NULL, id INTEGER NOT NULL, login TEXT NOT NULL,"
    " name TEXT NOT NULL, division TEXT NOT NULL, zones TEXT NOT NULL, password TEXT NOT NULL,"
    " disabled INTEGER NOT NULL, created_ms INTEGER NOT NULL,"
    " PRIMARY KEY (city, id), UNIQUE (city, login)) STRICT;"
    "CREATE TABLE session (city TEXT NOT NULL, hash BLOB NOT NULL, account INTEGER NOT NULL,"
    " zone TEXT NOT NULL, csrf TEXT NOT NULL, created_ms INTEGER NOT NULL,"
    " seen_ms INTEGER NOT NULL, PRIMARY KEY (city, hash),"
    " FOREIGN KEY (city, account) REFERENCES account (city, id)) STRICT;"
    "CREATE TABLE token (city TEXT NOT NULL, id INTEGER NOT NULL, hash BLOB NOT NULL,"
    " account INTEGER NOT NULL, zone TEXT NOT NULL, label TEXT NOT NULL, purpose TEXT NOT NULL,"
    " host TEXT NOT NULL, created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,"
    " PRIMARY KEY (city, id), UNIQUE (city, hash),"
    " FOREIGN KEY (city, account) REFERENCES account (city, id)) STRICT;"
    "CREATE TABLE tries (city TEXT NOT NULL, login TEXT NOT NULL, address TEXT NOT NULL,"
    " n INTEGER NOT NULL, last_ms INTEGER NOT NULL, PRIMARY KEY (city, login, address)) STRICT;"
    "CREATE TABLE receipt (city TEXT NOT NULL, year INTEGER NOT NULL, n INTEGER NOT NULL,"
    " PRIMARY KEY (city, year)) STRICT;"
    "CREATE TABLE transfer (city TEXT NOT NULL, id TEXT NOT NULL, receipt TEXT NOT NULL,"
    " once TEXT NOT NULL, state INTEGER NOT NULL, version INTEGER NOT NULL,"
    " sender INTEGER NOT NULL, from_zone TEXT NOT NULL, to_zone TEXT NOT NULL,"
    " recipient_login TEXT NOT NULL, recipient_division TEXT NOT NULL, name TEXT NOT NULL,"
    " note TEXT NOT NULL, method TEXT NOT NULL, confidentiality INTEGER NOT NULL,"
    " size INTEGER NOT NULL, received INTEGER NOT NULL, hash BLOB NOT NULL,"
    " created_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL, ready_ms INTEGER NOT NULL,"
    " collected_ms INTEGER NOT NULL, purge_ms INTEGER NOT NULL,"
    " reason TEXT NOT NULL, reason_text TEXT NOT NULL, clause TEXT NOT NULL, rule TEXT NOT NULL,"
    " result_size INTEGER NOT NULL, result_hash BLOB NOT NULL, result_ext TEXT NOT NULL,"
    " result_mime TEXT NOT NULL, result_grammar TEXT NOT NULL, type TEXT NOT NULL,"
    " exception TEXT NOT NULL, class_scheme TEXT NOT NULL, class_code TEXT NOT NULL,"
    " PRIMARY KEY (city, id), UNIQUE (city, receipt), UNIQUE (city, sender, once),"
    " FOREIGN KEY (city, sender) REFERENCES account (city, id)) STRICT;"
    "CREATE INDEX transfer_state ON transfer (city, state, changed_ms);"
    "CREATE INDEX transfer_sent ON transfer (city, sender, from_zone, created_ms);"
    "CREATE INDEX transfer_login ON transfer (city, recipient_login, to_zone, state);"
    "CREATE INDEX transfer_division ON transfer (city, recipient_division, to_zone, state);"
    "CREATE INDEX transfer_purge ON transfer (city, purge_ms) WHERE purge_ms > 0;"
    "CREATE TABLE blob (city TEXT NOT NULL, id TEXT NOT NULL, transfer TEXT NOT NULL,"
    " role INTEGER NOT NULL, epoch INTEGER NOT NULL, wrapped BLOB NOT NULL,"
    " size INTEGER NOT NULL, hash BLOB NOT NULL, created_ms INTEGER NOT NULL,"
    /* The sealed bytes; NULL where they stand in a file. Last: what reads the rest skips it. */
    " body BLOB, PRIMARY KEY (city, id), UNIQUE (city, transfer, role),"
    " FOREIGN KEY (city, transfer) REFERENCES transfer (city, id)) STRICT;"
    "CREATE TABLE report (city TEXT NOT NULL, transfer TEXT NOT NULL, body TEXT NOT NULL,"
    " PRIMARY KEY (city, transfer),"
    " FOREIGN KEY (city, transfer) REFERENCES transfer (city, id)) STRICT;"
    "CREATE TABLE collection (city TEXT NOT NULL, transfer TEXT NOT NULL, n INTEGER NOT NULL,"
    " account INTEGER NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (city, transfer, n),"
    " FOREIGN KEY (city, transfer) REFERENCES transfer (city, id)) STRICT;"
    "CREATE TABLE entry (city TEXT NOT NULL, n INTEGER NOT NULL, stream TEXT NOT NULL,"
    " body BLOB NOT NULL, PRIMARY KEY (city, n)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX entry_stream ON entry (city, stream, n);"
    /* One row an entry, all its values in it (log.c): what is written most is written once. */
    "CREATE TABLE value (city TEXT NOT NULL, n INTEGER NOT NULL, held INTEGER NOT NULL,"
    " body BLOB NOT NULL, PRIMARY KEY (city, n)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE policy_text (city TEXT NOT NULL, id INTEGER NOT NULL, tree TEXT NOT NULL,"
    " title TEXT NOT NULL, body BLOB NOT NULL, is_public INTEGER NOT NULL,"
    " decided INTEGER NOT NULL, effective INTEGER NOT NULL, created_ms INTEGER NOT NULL,"
    " PRIMARY KEY (city, id)) STRICT;"
    "CREATE TABLE adoption (city TEXT NOT NULL, text INTEGER NOT NULL, organ TEXT NOT NULL,"
    " PRIMARY KEY (city, text, organ),"
    " FOREIGN KEY (city, text) REFERENCES policy_text (city, id)) STRICT;"
    "CREATE TABLE appointment (city TEXT NOT NULL, id INTEGER NOT NULL, login TEXT NOT NULL,"
    " office TEXT NOT NULL, from_day INTEGER NOT NULL, to_day INTEGER NOT NULL,"
    " PRIMARY KEY (city, id)) STRICT;"
    "CREATE TABLE tally (city TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,"
    " n INTEGER NOT NULL, last_entry INTEGER NOT NULL, last_ms INTEGER NOT NULL,"
    " PRIMARY KEY (city, kind, name)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE policy_version (city TEXT NOT NULL, hash BLOB NOT NULL, number INTEGER NOT NULL,"
    " effective INTEGER NOT NULL, change INTEGER NOT NULL, added_ms INTEGER NOT NULL,"
    " body BLOB NOT NULL, basis BLOB NOT NULL, standard BLOB NOT NULL,"
    " PRIMARY KEY (city, hash), UNIQUE (city, number)) STRICT;"
    "CREATE TABLE policy_epoch (city TEXT NOT NULL, n INTEGER NOT NULL, hash BLOB NOT NULL,"
    " at_ms INTEGER NOT NULL, PRIMARY KEY (city, n), UNIQUE (city, hash),"
    " FOREIGN KEY (city, hash) REFERENCES policy_version (city, hash)) STRICT;"
    "CREATE TABLE policy_change (city TEXT NOT NULL, id INTEGER NOT NULL, state INTEGER NOT NULL,"
    " version INTEGER NOT NULL, zone TEXT NOT NULL, title TEXT NOT NULL, why TEXT NOT NULL,"
    " drafter TEXT NOT NULL, base BLOB NOT NULL, draft INTEGER NOT NULL, hash BLOB NOT NULL,"
    " effective INTEGER NOT NULL, created_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL,"
    " PRIMARY KEY (city, id)) STRICT;"
    "CREATE TABLE policy_draft (city TEXT NOT NULL, change INTEGER NOT NULL, n INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, body BLOB NOT NULL, basis BLOB NOT NULL, standard BLOB NOT NULL,"
    " PRIMARY KEY (city, change, n),"
    " FOREIGN KEY (city, change) REFERENCES policy_change (city, id)) STRICT;";

#define ACCOUNT \
	"SELECT id, login, name, division, zones, password, disabled, created_ms FROM account"
#define TRANSFER \
	"SELECT t.id, t.once, t.receipt, t.state, t.version, t.sender, a.login, a.name, " \
	"a.division," \
	" t.from_zone, t.to_zone, t.recipient_login, t.recipient_division," \
	" COALESCE(r.name, ''), t.name, t.note, t.method, t.confidentiality, t.size, t.received," \
	" t.hash, t.created_ms, t.changed_ms, t.ready_ms, t.collected_ms, t.purge_ms," \
	" t.reason, t.reason_text, t.clause, t.rule, t.result_size, t.result_hash, t.result_ext," \
	" t.result_mime, t.result_grammar, t.type, t.exception, t.class_scheme, t.class_code" \
	" FROM transfer t" \
	" JOIN account a ON a.city = t.city AND a.id = t.sender" \
	" LEFT JOIN account r ON r.city = t.city AND r.login = t.recipient_login" \
	" WHERE t.city = $1"
#define BLOB \
	"SELECT id, transfer, role, epoch, wrapped, size, hash, created_ms, body IS NOT NULL" \
	" FROM blob"

#define POLICY_ROW "SELECT hash, number, effective, change, added_ms,"
#define CHANGE_ROW \
	"SELECT id, state, version, zone, title, why, drafter, base, draft, hash, effective," \
	" created_ms, changed_ms FROM policy_change WHERE city = $1"
#define TEXT_ROW "SELECT t.id, t.tree, t.title, t.is_public, t.decided, t.effective, t.created_ms,"

const char *const store_sql[STATEMENTS] = {
    [SQL_VERSION] = "SELECT version FROM schema_version WHERE $1 <> ''",
    [SQL_VERSION_SET] = "INSERT INTO schema_version (version) SELECT $2 WHERE $1 <> ''",
    [SQL_FACT_SET] = "INSERT INTO fact (city, key, value) VALUES ($1, $2, $3)"
		     " ON CONFLICT (city, key) DO UPDATE SET value = excluded.value",
    [SQL_FACT] = "SELECT value FROM fact WHERE city = $1 AND key = $2",
    [SQL_ACCOUNT_ADD] =
	"INSERT INTO account (city, id, login, name, division, zones, password, disabled,"
	" created_ms) SELECT $1, COALESCE(MAX(id), 0) + 1, $2, $3, $4, $5, $6, 0, $7"
	" FROM account WHERE city = $1 RETURNING id",
    [SQL_ACCOUNT_BY_LOGIN] = ACCOUNT " WHERE city = $1 AND login = $2",
    [SQL_ACCOUNT_BY_ID] = ACCOUNT " WHERE city = $1 AND id = $2",
    [SQL_ACCOUNTS] = ACCOUNT " WHERE city = $1 ORDER BY login",
    [SQL_ACCOUNT_DISABLE] =
	"UPDATE account SET disabled = 1 WHERE city = $1 AND id = $2 RETURNING id",
    [SQL_ACCOUNT_PASSWORD] =
	"UPDATE account SET password = $3 WHERE city = $1 AND id = $2 RETURNING id",
    [SQL_DIVISION] = "SELECT COUNT(*) FROM account WHERE city = $1 AND division = $2"
		     " AND disabled = 0",
    [SQL_SESSION_ADD] = "INSERT INTO session (city, hash, account, zone, csrf, created_ms, seen_ms)"
			" VALUES ($1, $2, $3, $4, $5, $6, $7)",
    [SQL_SESSION] = "SELECT hash, account, zone, csrf, created_ms, seen_ms FROM session"
		    " WHERE city = $1 AND hash = $2",
    [SQL_SESSION_SEEN] =
	"UPDATE session SET seen_ms = $3 WHERE city = $1 AND hash = $2 RETURNING seen_ms",
    [SQL_SESSION_DROP] = "DELETE FROM session WHERE city = $1 AND hash = $2",
    [SQL_SESSIONS_OF_DROP] = "DELETE FROM session WHERE city = $1 AND account = $2",
    [SQL_SESSIONS_SWEEP] =
	"DELETE FROM session WHERE city = $1 AND (seen_ms < $2 OR created_ms < $3)",
    [SQL_TOKEN_ADD] =
	"INSERT INTO token (city, id, hash, account, zone, label, purpose, host, created_ms,"
	" expires_ms) SELECT $1, COALESCE(MAX(id), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9"
	" FROM token WHERE city = $1 RETURNING id",
    [SQL_TOKEN] = "SELECT id, hash, account, zone, label, purpose, host, created_ms, expires_ms"
		  " FROM token WHERE city = $1 AND hash = $2",
    [SQL_TOKENS_OF] = "SELECT id, hash, account, zone, label, purpose, host, created_ms,"
		      " expires_ms FROM token WHERE city = $1 AND account = $2 AND zone = $3"
		      " ORDER BY id",
    [SQL_TOKEN_DROP] = "DELETE FROM token WHERE city = $1 AND account = $2 AND zone = $3"
		       " AND id = $4 RETURNING id",
    [SQL_TOKENS_OF_DROP] = "DELETE FROM token WHERE city = $1 AND account = $2",
    [SQL_TRIES] = "SELECT n, last_ms FROM tries WHERE city = $1 AND login = $2 AND address = $3",
    [SQL_TRIES_ADD] = "INSERT INTO tries (city, login, address, n, last_ms)"
		      " VALUES ($1, $2, $3, 1, $4) ON CONFLICT (city, login, address)"
		      " DO UPDATE SET n = tries.n + 1, last_ms = excluded.last_ms",
    [SQL_TRIES_CLEAR] = "DELETE FROM tries WHERE city = $1 AND login = $2 AND address = $3",
    [SQL_TRIES_SWEEP] = "DELETE FROM tries WHERE city = $1 AND last_ms < $2",
    [SQL_RECEIPT_NEXT] = "INSERT INTO receipt (city, year, n) VALUES ($1, $2, 1)"
			 " ON CONFLICT (city, year) DO UPDATE SET n = receipt.n + 1 RETURNING n",
    [SQL_TRANSFER_ADD] =
	"INSERT INTO transfer (city, id, receipt, once, state, version, sender, from_zone, to_zone,"
	" recipient_login, recipient_division, name, note, method, confidentiality, size, received,"
	" hash, created_ms, changed_ms, ready_ms, collected_ms, purge_ms, reason,"
	" reason_text, clause, rule, result_size, result_hash, result_ext, result_mime,"
	" result_grammar, type, exception, class_scheme, class_code)"
	" VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, $16, $17,"
	" $17, 0, 0, 0, '', '', $18, $19, 0, $16, '', '', '', '', $20, $21, $22)",
    [SQL_TRANSFER] = TRANSFER " AND t.id = $2",
    [SQL_TRANSFER_BY_RECEIPT] = TRANSFER " AND t.receipt = $2",
    [SQL_TRANSFER_ONCE] = TRANSFER " AND t.sender = $2 AND t.once = $3",
    [SQL_TRANSFER_SET] =
	"UPDATE transfer SET state = $4, version = version + 1, confidentiality = $5,"
	" received = $6, hash = $7, changed_ms = $8, ready_ms = $9, collected_ms = $10,"
	" purge_ms = $11, reason = $12, reason_text = $13, clause = $14, rule = $15,"
	" result_size = $16, result_hash = $17, result_ext = $18, result_mime = $19,"
	" result_grammar = $20, type = $21, class_scheme = $22, class_code = $23 WHERE city = $1 "
	"AND id = $2 AND version = $3"
	" RETURNING version",
    [SQL_TRANSFER_PROGRESS] = "UPDATE transfer SET received = $3, changed_ms = $4"
			      " WHERE city = $1 AND id = $2 AND state = 1 RETURNING received",
    [SQL_TRANSFERS_IN] = TRANSFER " AND t.state = $2 ORDER BY t.changed_ms, t.id LIMIT $3",
    [SQL_TRANSFERS_DUE] = TRANSFER " AND t.purge_ms > 0 AND t.purge_ms <= $2 AND t.state <> 11"
				   " ORDER BY t.purge_ms LIMIT $3",
    [SQL_TRANSFERS_STALE] = TRANSFER " AND t.state = 1 AND t.changed_ms < $2"
				     " ORDER BY t.changed_ms LIMIT $3",
    [SQL_TRANSFERS_SENT] = TRANSFER " AND t.sender = $2 AND t.from_zone = $3"
				    " ORDER BY t.created_ms DESC, t.id LIMIT $4 OFFSET $5",
    [SQL_TRANSFERS_FOR] =
	TRANSFER " AND t.to_zone = $2 AND t.state IN (5, 6) AND (t.recipient_login = $3"
		 " OR (t.recipient_division = $4 AND t.recipient_division <> ''))"
		 " ORDER BY t.state, t.ready_ms DESC, t.id LIMIT $5 OFFSET $6",
    [SQL_TRANSFERS_READY_FOR] =
	"SELECT COUNT(*) FROM transfer t WHERE t.city = $1 AND t.to_zone = $2 AND t.state = 5"
	" AND (t.recipient_login = $3 OR (t.recipient_division = $4 AND t.recipient_division <> "
	"''))",
    [SQL_TRANSFERS_COUNT] = "SELECT COUNT(*) FROM transfer WHERE city = $1 AND state = $2",
    [SQL_TRANSFERS_OPEN] =
	"SELECT COUNT(*) FROM transfer WHERE city = $1 AND sender = $2 AND state = 1",
    [SQL_TRANSFERS_COMING] =
	"SELECT COALESCE(SUM(size - received), 0) FROM transfer WHERE city = $1 AND state = 1",
    [SQL_TRANSFER_ERASE] =
	"UPDATE transfer SET name = '', note = '', reason_text = '', hash = $3, result_hash = $3"
	" WHERE city = $1 AND id = $2 RETURNING id",
    [SQL_BLOB_ADD] = "INSERT INTO blob (city, id, transfer, role, epoch, wrapped, size, hash,"
		     " created_ms, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    [SQL_BLOB] = BLOB " WHERE city = $1 AND transfer = $2 AND role = $3",
    [SQL_BLOB_EXISTS] = "SELECT COUNT(*) FROM blob WHERE city = $1 AND id = $2",
    [SQL_BLOB_BODY] = "SELECT body FROM blob WHERE city = $1 AND id = $2",
    [SQL_BLOB_SET] = "UPDATE blob SET epoch = $3, wrapped = $4, size = $5, hash = $6, body = $7"
		     " WHERE city = $1 AND id = $2 RETURNING id",
    [SQL_BLOB_BLANK] =
	"UPDATE blob SET wrapped = $3, body = NULL WHERE city = $1 AND id = $2 RETURNING id",
    [SQL_BLOB_DROP] = "DELETE FROM blob WHERE city = $1 AND id = $2 RETURNING id",
    [SQL_BLOBS_OF] = BLOB " WHERE city = $1 AND transfer = $2 ORDER BY role",
    [SQL_REPORT_SET] = "INSERT INTO report (city, transfer, body) VALUES ($1, $2, $3)"
		       " ON CONFLICT (city, transfer) DO UPDATE SET body = excluded.body",
    [SQL_REPORT] = "SELECT body FROM report WHERE city = $1 AND transfer = $2",
    [SQL_REPORT_DROP] = "DELETE FROM report WHERE city = $1 AND transfer = $2",
    [SQL_COLLECTION_ADD] = "INSERT INTO collection (city, transfer, n, account, at_ms)"
			   " SELECT $1, $2, COALESCE(MAX(n), 0) + 1, $3, $4 FROM collection"
			   " WHERE city = $1 AND transfer = $2",
    [SQL_LOG_SIZE] = "SELECT COALESCE(MAX(n) + 1, 0) FROM entry WHERE city = $1",
    [SQL_LOG_ADD] = "INSERT INTO entry (city, n, stream, body) VALUES ($1, $2, $3, $4)",
    [SQL_LOG_RANGE] = "SELECT n, stream, body FROM entry WHERE city = $1 AND n >= $2"
		      " ORDER BY n LIMIT $3",
    [SQL_LOG_STREAM] = "SELECT n, stream, body FROM entry WHERE city = $1 AND stream = $2"
		       " ORDER BY n",
    [SQL_VALUES_ADD] = "INSERT INTO value (city, n, held, body) VALUES ($1, $2, $3, $4)",
    [SQL_VALUES] = "SELECT body FROM value WHERE city = $1 AND n = $2",
    [SQL_TEXT_ADD] =
	"INSERT INTO policy_text (city, id, tree, title, body, is_public, decided, effective,"
	" created_ms) SELECT $1, COALESCE(MAX(id), 0) + 1, $2, $3, $4, $5, $6, $7, $8"
	" FROM policy_text WHERE city = $1 RETURNING id",
    [SQL_TEXT_FILL] = "UPDATE policy_text SET title = $3, body = $4 WHERE city = $1 AND id = $2"
		      " AND LENGTH(body) = 0 RETURNING id",
    [SQL_TEXT_ADOPTED] = "INSERT INTO adoption (city, text, organ) VALUES ($1, $2, $3)",
    [SQL_ADOPTERS] = "SELECT organ FROM adoption WHERE city = $1 AND text = $2 ORDER BY organ",
    [SQL_TEXTS] =
	TEXT_ROW " LENGTH(t.body), '' FROM policy_text t WHERE t.city = $1 AND t.tree = $2"
		 " ORDER BY t.effective, t.id",
    [SQL_TEXT] =
	TEXT_ROW " LENGTH(t.body), t.body FROM policy_text t WHERE t.city = $1 AND t.id = $2",
    [SQL_APPOINT] =
	"INSERT INTO appointment (city, id, login, office, from_day, to_day)"
	" SELECT $1, COALESCE(MAX(id), 0) + 1, $2, $3, $4, $5 FROM appointment WHERE city = $1"
	" RETURNING id",
    [SQL_APPOINTMENT_END] = "UPDATE appointment SET to_day = $3 WHERE city = $1 AND id = $2"
			    " AND (to_day = 0 OR to_day > $3) RETURNING id",
    [SQL_APPOINTMENTS] = "SELECT id, login, office, from_day, to_day FROM appointment"
			 " WHERE city = $1 ORDER BY from_day DESC, id DESC",
    [SQL_TALLY_ADD] = "INSERT INTO tally (city, kind, name, n, last_entry, last_ms) VALUES ($1, "
		      "$2, $3, $4, $5, $6)"
		      " ON CONFLICT (city, kind, name) DO UPDATE SET n = tally.n + excluded.n,"
		      " last_entry = excluded.last_entry, last_ms = excluded.last_ms",
    [SQL_TALLY] = "SELECT n, last_entry, last_ms FROM tally"
		  " WHERE city = $1 AND kind = $2 AND name = $3",
    [SQL_STREAM_TALLY] = "SELECT COUNT(*), COALESCE(MAX(n), 0), 0 FROM entry"
			 " WHERE city = $1 AND stream = $2",
    [SQL_POLICY_ADD] =
	"INSERT INTO policy_version (city, hash, number, effective, change, added_ms, body, basis,"
	" standard) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    [SQL_POLICY] = POLICY_ROW " body, basis, standard FROM policy_version"
			      " WHERE city = $1 AND hash = $2",
    [SQL_POLICY_LAST] = POLICY_ROW " body, basis, standard FROM policy_version WHERE city = $1"
				   " ORDER BY number DESC LIMIT 1",
    [SQL_POLICIES] = POLICY_ROW " '', '', '' FROM policy_version WHERE city = $1"
				" ORDER BY number DESC",
    [SQL_EPOCH] = "SELECT COALESCE(MAX(n), 0) FROM policy_epoch WHERE city = $1",
    [SQL_EPOCH_ADD] = "INSERT INTO policy_epoch (city, n, hash, at_ms) SELECT $1, $2, $3, $4"
		      " WHERE $2 = (SELECT COALESCE(MAX(n), 0) + 1 FROM policy_epoch"
		      " WHERE city = $1) RETURNING n",
    [SQL_EPOCHS] = "SELECT n, hash, at_ms FROM policy_epoch WHERE city = $1 ORDER BY n DESC",
    [SQL_CHANGE_ADD] =
	"INSERT INTO policy_change (city, id, state, version, zone, title, why, drafter, base,"
	" draft, hash, effective, created_ms, changed_ms) SELECT $1, COALESCE(MAX(id), 0) + 1, $2,"
	" 1, $3, $4, $5, $6, $7, 0, $9, 0, $8, $8 FROM policy_change WHERE city = $1 RETURNING id",
    [SQL_CHANGE] = CHANGE_ROW " AND id = $2",
    [SQL_CHANGE_SET] =
	"UPDATE policy_change SET state = $4, version = version + 1, draft = $5, hash = $6,"
	" effective = $7, changed_ms = $8, base = $9 WHERE city = $1 AND id = $2 AND version = $3"
	" RETURNING version",
    [SQL_CHANGES] = CHANGE_ROW " AND ($2 = 0 OR state = $2) ORDER BY id DESC",
    [SQL_DRAFT_ADD] = "INSERT INTO policy_draft (city, change, n, at_ms, body, basis, standard)"
		      " VALUES ($1, $2, $3, $4, $5, $6, $7)",
    [SQL_DRAFT] = "SELECT body, basis, standard FROM policy_draft"
		  " WHERE city = $1 AND change = $2 AND n = $3",
    [SQL_VALUES_ERASE] = "DELETE FROM value WHERE city = $1 AND n IN (SELECT n FROM entry"
			 " WHERE city = $1 AND stream = $2) RETURNING held",
};
