// The small sections: `permit`, `audit`, `limits`, `processes`, `log`.
import Audit
import Policy
import Proxy

extension ConfigurationReader {
    func permissions(_ value: Value) -> Permissions {
        var permissions = Permissions()
        guard let table = value.table(["acl-changes", "special-use"]) else { return permissions }
        table.read("acl-changes", into: &permissions.accessControl) { $0.bool() }
        table.read("special-use", into: &permissions.specialUse) { $0.bool() }
        return permissions
    }

    private static let auditKeys = [
        "folder", "segment-size", "disk-reserve", "durability", "on-failure", "message-digest",
        "search-words", "expunged-uids", "syslog", "ship", "privacy", "retention",
    ]

    func audit(_ value: Value) -> AuditTrail? {
        guard let table = value.table(Self.auditKeys) else { return nil }
        guard let folder = table.required("folder").flatMap(files.path) else { return nil }
        var audit = AuditTrail(folder: folder)
        table.read("segment-size", into: &audit.segmentBytesMax) {
            $0.size(in: 1 << 20...1 << 30).map(UInt64.init)
        }
        table.read("disk-reserve", into: &audit.reserveBytes) {
            $0.size(in: 0...1 << 40).map(UInt64.init)
        }
        table.read("durability", into: &audit.durability, durability)
        table.read("retention", into: &audit.retention, retention)
        table.read("on-failure", into: &audit.continuesOnFailure) {
            $0.choice(["refuse": false, "continue": true])
        }
        table.read("message-digest", into: &audit.digestsMessages) { $0.bool() }
        table.read("search-words", into: &audit.extras.searchedWords) { $0.bool() }
        table.read("expunged-uids", into: &audit.extras.expungedUIDs) { $0.bool() }
        table.read("syslog", into: &audit.syslog, files.path)
        table.read("ship", into: &audit.shippings, shippings)
        if let value = table["privacy"] { privacy(value, into: &audit) }
        return audit
    }

    private func privacy(_ value: Value, into audit: inout AuditTrail) {
        let classes = FieldClass.allCases
        guard let table = value.table(classes.map(\.rawValue) + ["period", "keys"]) else { return }
        let treatments = Treatment.allCases.map { (word: $0.rawValue, value: $0) }
        for fields in classes {
            table.read(fields.rawValue, into: &audit.privacy[fields]) { $0.choice(treatments) }
        }
        table.read("period", into: &audit.privacy.period) {
            $0.choice(KeyPeriod.allCases.map { (word: $0.rawValue, value: $0) })
        }
        table.read("keys", into: &audit.keys, files.path)
    }

    private func durability(_ value: Value) -> Durability? {
        guard let table = value.table(RecordClass.allCases.map(\.rawValue)) else { return nil }
        let choices: KeyValuePairs = ["durable": true, "handed-over": false]
        var durability = Durability()
        table.read("identity", into: &durability.identity) { $0.choice(choices) }
        table.read("denied", into: &durability.denied) { $0.choice(choices) }
        table.read("writing", into: &durability.writing) { $0.choice(choices) }
        table.read("reading", into: &durability.reading) { $0.choice(choices) }
        return durability
    }

    private func retention(_ value: Value) -> Retention? {
        guard let table = value.table(RetentionClass.allCases.map(\.rawValue)) else { return nil }
        var retention = Retention()
        for retentionClass in RetentionClass.allCases {
            table.read(retentionClass.rawValue, into: &retention[retentionClass]) {
                $0.retentionPeriod()
            }
        }
        return retention
    }

    func limits(_ value: Value) -> Limits {
        var limits = Limits()
        let keys = [
            "unauthenticated-bytes", "unauthenticated-timeout", "line", "literal",
            "command-literals", "message", "message-rate", "command-timeout", "idle-timeout",
            "failed-logins", "malformed-commands", "backend-timeout",
        ]
        guard let table = value.table(keys) else { return limits }
        readSizes(table, into: &limits)
        let timeouts = Duration.seconds(1)...Duration.seconds(3600)
        table.read("unauthenticated-timeout", into: &limits.unauthenticatedTimeout) {
            $0.duration(in: timeouts)
        }
        table.read("command-timeout", into: &limits.commandTimeout) { $0.duration(in: timeouts) }
        table.read("backend-timeout", into: &limits.backendTimeout) { $0.duration(in: timeouts) }
        // Thirty minutes is the least that clients may rely on (RFC 9051, 5.4).
        table.read("idle-timeout", into: &limits.idleTimeout) {
            $0.duration(in: .seconds(1800)...Duration.seconds(86_400))
        }
        table.read("failed-logins", into: &limits.failedLoginsMax) { $0.integer(in: 1...100) }
        table.read("malformed-commands", into: &limits.malformedCommandsMax) {
            $0.integer(in: 1...1000)
        }
        return limits
    }

    private func readSizes(_ table: Table, into limits: inout Limits) {
        table.read("unauthenticated-bytes", into: &limits.unauthenticatedBytesMax) {
            $0.size(in: 1 << 10...1 << 20)
        }
        table.read("line", into: &limits.lineBytesMax) { $0.size(in: 8 << 10...1 << 20) }
        // The grammar takes no longer argument (StringLimits.argument).
        table.read("literal", into: &limits.literalBytesMax) { $0.size(in: 1 << 10...256 << 10) }
        table.read("command-literals", into: &limits.commandLiteralBytesMax) {
            $0.size(in: 1 << 10...64 << 20)
        }
        table.read("message", into: &limits.messageBytesMax) {
            $0.size(in: 1 << 10...1 << 32).map(UInt64.init)
        }
        table.read("message-rate", into: &limits.messageBytesPerSecondMin) {
            $0.size(in: 1...1 << 20).map(UInt64.init)
        }
    }

    func processes(_ value: Value) -> Processes {
        var processes = Processes()
        let keys = ["user", "audit-user", "ship-user", "reactors", "drain-timeout"]
        guard let table = value.table(keys) else { return processes }
        table.read("user", into: &processes.user) { $0.name() }
        table.read("audit-user", into: &processes.auditUser) { $0.name() }
        table.read("ship-user", into: &processes.shipUser) { $0.name() }
        table.read("reactors", into: &processes.reactors) { $0.integer(in: 0...256) }
        table.read("drain-timeout", into: &processes.drainTimeout) {
            $0.duration(in: .zero...Duration.seconds(3600))
        }
        return processes
    }

    func log(_ value: Value) -> OperationalLog {
        var log = OperationalLog()
        guard let table = value.table(["format", "level"]) else { return log }
        table.read("format", into: &log.format) { $0.choice(["text": .text, "json": .json]) }
        table.read("level", into: &log.level) {
            $0.choice(["debug": .debug, "info": .info, "warning": .warning, "error": .error])
        }
        return log
    }
}

extension Table {
    /// Replaces a default by what stands under `key`, where that stands and is right.
    func read<Field>(_ key: String, into field: inout Field, _ read: (Value) -> Field?) {
        if let value = self[key], let read = read(value) { field = read }
    }
}
