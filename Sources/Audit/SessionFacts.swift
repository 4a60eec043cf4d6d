// Who and from where: the facts that every record of a session repeats.

/// The facts of a session that change a few times in its life only.
package struct SessionFacts: Equatable, Sendable {
    /// 16 hexadecimal digits, unique per gateway run.
    package var session = ""
    package var listener = ""
    package var clientAddress = ""
    package var clientPort: UInt16 = 0
    package var tlsVersion: String?
    package var tlsCipher: String?
    package var serverName: String?
    package var certificateFingerprint: String?
    package var certificateSubject: String?
    /// The name that was authenticated, canonical.
    package var user: String?
    /// `password`, `certificate` or `certificate+password`.
    package var method: String?
    package var backend: String?
    /// The login name towards the backend.
    package var backendUser: String?
    package var policyRevision: String?

    package init() {}
}
