// Who somebody claims to be, and what the judges of that claim may answer.
package import Bytes

/// A user name with a password, on its way to PAM.
package struct Credentials: Equatable, Sendable {
    /// The canonical user name in UTF-8.
    package let user: String
    package let password: Secret
    /// The client's address in text form, PAM_RHOST.
    package let host: String

    package init(user: String, password: Secret, host: String) {
        self.user = user
        self.password = password
        self.host = host
    }
}

extension Credentials: CustomStringConvertible {
    package var description: String { "\(user) with a password of \(password.count) bytes" }
}

/// What PAM said, or why it could not be asked.
package enum AuthenticationAnswer: UInt8, Equatable, Sendable, CaseIterable {
    case accepted = 0
    /// Wrong password, unknown user or locked account: all look the same to the client.
    case rejected = 1
    /// The account or its password has expired.
    case expired = 2
    /// The account may not be used now or from here (PAM_PERM_DENIED from pam_acct_mgmt).
    case forbidden = 3
    /// PAM is broken, hangs or is not there.
    case unavailable = 4
}
