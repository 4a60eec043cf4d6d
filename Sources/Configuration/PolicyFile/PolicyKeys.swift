// Every key of the policy language, mapping by mapping: what the readers take and the schema offers.

package enum PolicyKeys {
    static let file = ["policy", "groups", "rules"]
    static let groupCertificate = ["certificate"]
    static let rule = [
        "id", "who", "mailboxes", "except-mailboxes", "when", "limit", "operations", "at-most",
        "mode", "because", "message",
    ]
    static let audience = exception + ["except"]
    static let exception = ["users", "groups", "unix-groups", "certificate"]
    static let certificate = ["subject", "issuer"]
    static let mailboxes = ["names", "special-use"]
    static let when = [
        "networks", "except-networks", "authentication", "certificate", "tls", "listeners",
        "clients", "hours", "except-hours", "from", "until",
    ]
    static let hours = ["zone", "windows"]
    static let window = ["days", "from", "to"]
    static let rights = ["rights"]
    static let operations = ["no"]
    static let volume = ["messages", "bytes", "per", "excess"]

    /// By the names that the mappings have in `postern-policy.schema.json`.
    package static let byMapping = [
        "file": file, "group-certificate": groupCertificate, "rule": rule, "audience": audience,
        "exception": exception, "certificate": certificate, "mailboxes": mailboxes, "when": when,
        "hours": hours, "window": window, "rights": rights, "operations": operations,
        "at-most": volume,
    ]
}
