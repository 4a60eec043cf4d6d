// The real postern-pam with real PAM modules, in a folder of PAM services made for the test.
import Authentication
import Bytes
import Glibc
import Testing

@Suite("postern-pam")
struct PAMHelperTests {
    @Test("judges passwords with libpam-pwdfile")
    func judges() throws {
        let services = try Services()
        defer { services.remove() }
        try services.add("users", "ann:\(Services.hashOfSecret)\n")
        try services.add(
            "imap",
            """
            auth required pam_pwdfile.so pwdfile=\(services.folder)/users
            account required pam_permit.so\n
            """
        )
        let helper = try Helper(service: "imap", folder: services.folder)
        defer { helper.stop() }
        #expect(helper.ask("ann", "secret") == .accepted)
        #expect(helper.ask("ann", "Secret") == .rejected)
        #expect(helper.ask("bob", "secret") == .rejected)
        #expect(helper.ask("ann", "secret") == .accepted)
    }

    @Test(
        "tells apart what the account stack says",
        arguments: [
            ("acct=acct_expired", AuthenticationAnswer.expired),
            ("acct=new_authtok_reqd", .expired),
            ("acct=perm_denied", .forbidden),
            ("acct=user_unknown", .rejected),
            ("acct=system_err", .unavailable),
            ("acct=success", .accepted),
        ]
    )
    func account(_ option: String, _ answer: AuthenticationAnswer) throws {
        #expect(try answerOf("auth required pam_permit.so", "pam_debug.so \(option)") == answer)
    }

    @Test(
        "tells apart what the auth stack says",
        arguments: [
            ("auth=auth_err", AuthenticationAnswer.rejected),
            ("auth=user_unknown", .rejected),
            ("auth=maxtries", .rejected),
            ("auth=perm_denied", .rejected),
            ("auth=authinfo_unavail", .unavailable),
            ("auth=success", .accepted),
        ]
    )
    func authentication(_ option: String, _ answer: AuthenticationAnswer) throws {
        #expect(try answerOf("auth required pam_debug.so \(option)", "pam_permit.so") == answer)
    }

    @Test("is unavailable without its service")
    func missingService() throws {
        let services = try Services()
        defer { services.remove() }
        let helper = try Helper(service: "nowhere", folder: services.folder)
        defer { helper.stop() }
        #expect(helper.ask("ann", "secret") == .unavailable)
        // What libpam would ask in its place.
        try services.add("other", "auth required pam_permit.so\naccount required pam_permit.so\n")
        #expect(helper.ask("ann", "secret") == .unavailable)
    }

    @Test("tells the groups of the system's accounts, between logins")
    func groups() throws {
        let services = try Services()
        defer { services.remove() }
        try services.add(
            "imap",
            "auth required pam_permit.so\naccount required pam_permit.so\n"
        )
        let helper = try Helper(service: "imap", folder: services.folder)
        defer { helper.stop() }
        #expect(helper.groups(of: "root")?.contains("root") == true)
        #expect(helper.ask("ann", "secret") == .accepted)
        #expect(helper.groups(of: "no.such.account") == [])
        #expect(helper.groups(of: "mail")?.contains("mail") == true)
    }

    @Test("ends itself when a module hangs")
    func hangs() throws {
        let services = try Services()
        defer { services.remove() }
        // Opening a pipe that nobody writes to waits for ever.
        _ = unsafe mkfifo("\(services.folder)/pipe", 0o600)
        try services.add(
            "imap",
            "auth required pam_pwdfile.so pwdfile=\(services.folder)/pipe\n"
        )
        let helper = try Helper(service: "imap", folder: services.folder, deadlineSeconds: 1)
        #expect(helper.ask("ann", "secret") == nil)
        #expect(helper.wait() == SIGALRM)
    }

    @Test("ends when a packet is no question, and when the gateway is gone")
    func ends() throws {
        let services = try Services()
        defer { services.remove() }
        try services.add(
            "imap",
            "auth required pam_permit.so\naccount required pam_permit.so\n"
        )
        let confused = try Helper(service: "imap", folder: services.folder)
        confused.send([1, 2, 3])
        #expect(confused.wait() == 1 << 8)
        let orphan = try Helper(service: "imap", folder: services.folder)
        orphan.hangUp()
        #expect(orphan.wait() == 0)
    }

    private func answerOf(_ auth: String, _ account: String) throws -> AuthenticationAnswer? {
        let services = try Services()
        defer { services.remove() }
        try services.add("imap", "\(auth)\naccount required \(account)\n")
        let helper = try Helper(service: "imap", folder: services.folder)
        defer { helper.stop() }
        return helper.ask("ann", "secret")
    }
}

private struct SetupError: Error { let what: String }

/// A folder of PAM services.
private struct Services {
    /// `secret` in SHA-512 crypt.
    static let hashOfSecret =
        "$6$posternsalt$yF9s.X3qEZEfWTsis10ZRpK9CAzDUBAFRmAwaOMXupgP1"
        + "YQjTvLsQipK7nLyBUGh385HBEVLYcQNZhsaCna5B0"

    let folder: String

    init() throws {
        var template = Array("/tmp/postern-pam-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw SetupError(what: "mkdtemp") }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    func add(_ name: String, _ text: String) throws {
        guard let file = unsafe fopen("\(folder)/\(name)", "w") else {
            throw SetupError(what: name)
        }
        defer { unsafe fclose(file) }
        unsafe fputs(text, file)
    }

    func remove() {
        for name in ["imap", "other", "users", "pipe"] { _ = unsafe unlink("\(folder)/\(name)") }
        _ = unsafe rmdir(folder)
    }
}

/// A running postern-pam and the gateway's end of its socket.
private final class Helper {
    private let process: pid_t
    private var socket: Int32

    /// Starts the program that was built beside the tests.
    ///
    /// The usual deadline is never met, however little of the machine the helper gets.
    init(service: String, folder: String, deadlineSeconds: Int = 600) throws {
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &pair) == 0 else {
            throw SetupError(what: "socketpair")
        }
        // Above 3, or the copy to 3 would be none and close on exec.
        let far = fcntl(pair[1], F_DUPFD_CLOEXEC, 10)
        close(pair[1])
        defer { close(far) }
        socket = pair[0]
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, far, 3)
        let words = [
            "postern-pam", "--service", service, "--confdir", folder,
            "--deadline", "\(deadlineSeconds)",
        ]
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
        var process: pid_t = 0
        let program = try Self.program()
        guard unsafe posix_spawn(&process, program, &actions, nil, &arguments, nil) == 0 else {
            throw SetupError(what: program)
        }
        self.process = process
    }

    private static func program() throws -> String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/exe", &path, path.count)
        guard count > 0 else { throw SetupError(what: "readlink") }
        let own = String(decoding: path.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        // The test runner may be the toolchain's; the tests' bundle is its argument then.
        let places = [own] + CommandLine.arguments
        for place in places {
            guard let slash = place.lastIndex(of: "/") else { continue }
            let program = place[...slash] + "postern-pam"
            if unsafe access(String(program), X_OK) == 0 { return String(program) }
        }
        throw SetupError(what: "no postern-pam beside \(places)")
    }

    /// nil when the helper ends instead of answering.
    func ask(_ user: String, _ password: String) -> AuthenticationAnswer? {
        let credentials = Credentials(user: user, password: Secret(password), host: "192.0.2.1")
        var packet = Buffer()
        guard PAMQuestion(id: 7, .login(credentials)).encode(into: &packet) else { return nil }
        guard case .judged(let answer)? = answer(to: packet) else { return nil }
        return answer
    }

    func groups(of user: String) -> Set<String>? {
        var packet = Buffer()
        guard PAMQuestion(id: 7, .groups(of: user)).encode(into: &packet),
            case .groups(let groups)? = answer(to: packet)
        else { return nil }
        return groups
    }

    private func answer(to packet: Buffer) -> PAMReply.Answer? {
        send(packet.bytes)
        var room = [UInt8](repeating: 0, count: PAMReply.bytesMax)
        let count = unsafe recv(socket, &room, room.count, 0)
        guard count > 0, let reply = PAMReply(room.span.extracting(first: count)) else {
            return nil
        }
        return reply.id == 7 ? reply.answer : nil
    }

    func send(_ packet: [UInt8]) {
        _ = unsafe Glibc.send(socket, packet, packet.count, Int32(MSG_NOSIGNAL))
    }

    func hangUp() {
        if socket >= 0 { close(socket) }
        socket = -1
    }

    /// waitpid's status.
    func wait() -> Int32 {
        var status: Int32 = -1
        unsafe waitpid(process, &status, 0)
        hangUp()
        return status
    }

    func stop() {
        hangUp()
        _ = wait()
    }
}
