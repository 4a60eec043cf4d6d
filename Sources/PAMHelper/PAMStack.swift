// Runs a PAM service's `auth` and `account` stacks and reduces what they say to one of five answers.
import Authentication
import CPAM
import Glibc

/// A PAM service, in /etc/pam.d or in a folder of its own.
struct PAMStack {
    let service: String
    let folder: String?
    /// Where its file may be: services are in lower case, and a package's own may be in
    /// /usr/lib/pam.d.
    private let files: [String]
    /// Keeps the service's modules loaded: every login parses the service's file anew, so that
    /// changes count at once, but doesn't link the modules again.
    private let warm: Transaction?

    init(service: String, folder: String?) {
        self.service = service
        self.folder = folder
        files = (folder.map { [$0] } ?? ["/etc/pam.d", "/usr/lib/pam.d"]).map {
            "\($0)/\(service.lowercased())"
        }
        warm = unsafe Transaction.begin(service: service, folder: folder, conversation: nil)
        if !hasFile {
            PAMHelper.complain("PAM service \(service) has no file in \(folder ?? "/etc/pam.d")")
        } else if warm == nil {
            PAMHelper.complain("PAM service \(service) can't be started")
        }
    }

    /// Whether the service is there.
    ///
    /// Where it is not, libpam asks the service `other` without a word of it, and lets people in by
    /// rules that nobody meant for mail.
    private var hasFile: Bool { files.contains { unsafe access($0, F_OK) == 0 } }

    func answer(to credentials: Credentials) -> AuthenticationAnswer {
        guard hasFile else { return .unavailable }
        let prompts = Prompts(credentials)
        return withExtendedLifetime(prompts) {
            let transaction = unsafe Transaction.begin(
                service: service,
                folder: folder,
                conversation: Unmanaged.passUnretained(prompts).toOpaque()
            )
            return transaction?.judge(credentials) ?? .unavailable
        }
    }
}

/// One pam_start with its pam_end.
@safe
private final class Transaction {
    /// No texts for a terminal, and no entry for accounts without a password.
    private static let flags =
        Int32(bitPattern: PAM_SILENT) | Int32(bitPattern: PAM_DISALLOW_NULL_AUTHTOK)

    private let handle: OpaquePointer
    /// What the last call returned, for the modules' cleanup in pam_end.
    private var status = PAM_SUCCESS

    private init(_ handle: OpaquePointer) { unsafe self.handle = unsafe handle }

    deinit { unsafe pam_end(handle, status) }

    /// Reads the service's file and loads its modules; nil when either fails.
    static func begin(
        service: String,
        folder: String?,
        conversation data: UnsafeMutableRawPointer?
    ) -> Transaction? {
        var conversation = unsafe pam_conv(conv: converse, appdata_ptr: data)
        var handle: OpaquePointer?
        let status =
            if let folder {
                unsafe pam_start_confdir(service, nil, &conversation, folder, &handle)
            } else {
                unsafe pam_start(service, nil, &conversation, &handle)
            }
        guard status == PAM_SUCCESS, let handle = unsafe handle else { return nil }
        return unsafe Transaction(handle)
    }

    func judge(_ credentials: Credentials) -> AuthenticationAnswer {
        guard set(PAM_USER, credentials.user), set(PAM_RHOST, credentials.host),
            // Modules that want a terminal's name (pam_time, pam_access) find the service's.
            set(PAM_TTY, "imap"), forbidDelays()
        else { return .unavailable }
        status = unsafe pam_authenticate(handle, Self.flags)
        guard status == PAM_SUCCESS else { return .authentication(status) }
        status = unsafe pam_acct_mgmt(handle, Self.flags)
        guard status == PAM_SUCCESS else { return .account(status) }
        return isStillAbout(credentials.user) ? .accepted : .rejected
    }

    private func set(_ item: Int32, _ text: String) -> Bool {
        status = unsafe text.withCString { unsafe pam_set_item(handle, item, $0) }
        return status == PAM_SUCCESS
    }

    /// The gateway slows failures down; a helper that sleeps is one that nobody can use meanwhile.
    private func forbidDelays() -> Bool {
        let noDelay: @convention(c) (Int32, UInt32, UnsafeMutableRawPointer?) -> Void = { _, _, _ in
        }
        status = unsafe pam_set_item(
            handle,
            PAM_FAIL_DELAY,
            unsafeBitCast(noDelay, to: UnsafeRawPointer.self)
        )
        return status == PAM_SUCCESS
    }

    /// A module may put another name in PAM_USER; policy and backend would then take the wrong one.
    private func isStillAbout(_ user: String) -> Bool {
        var item: UnsafeRawPointer?
        guard unsafe pam_get_item(handle, PAM_USER, &item) == PAM_SUCCESS,
            let name = unsafe item?.assumingMemoryBound(to: CChar.self)
        else { return false }
        return UserName.canonical(Array(unsafe String(cString: name).utf8)) == user
    }
}

extension AuthenticationAnswer {
    /// What a failed pam_authenticate means.
    fileprivate static func authentication(_ status: Int32) -> AuthenticationAnswer {
        // Before the password is proved, a forbidden account looks like a wrong password.
        status == PAM_PERM_DENIED ? .rejected : shared(status)
    }

    /// What a failed pam_acct_mgmt means.
    fileprivate static func account(_ status: Int32) -> AuthenticationAnswer {
        status == PAM_PERM_DENIED ? .forbidden : shared(status)
    }

    private static func shared(_ status: Int32) -> AuthenticationAnswer {
        switch status {
        case PAM_AUTH_ERR, PAM_USER_UNKNOWN, PAM_MAXTRIES, PAM_CRED_INSUFFICIENT: .rejected
        case PAM_ACCT_EXPIRED, PAM_NEW_AUTHTOK_REQD, PAM_AUTHTOK_EXPIRED: .expired
        default: .unavailable
        }
    }
}
