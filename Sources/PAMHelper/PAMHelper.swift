// postern-pam: answers "may this user with this password log in from there?" and "in which groups is
// this user?", one question at a time.
//
// It reads questions from an inherited socket (Authentication/PAMMessage.swift) and ends with it.
// It is a program of its own so that libpam, the name service and their modules, which may hang,
// leak or crash, share no memory with anything else.
import CLinux
import Glibc

@main
struct PAMHelper {
    static func main() {
        switch Arguments(CommandLine.arguments.dropFirst()) {
        case .help:
            print(Arguments.usage)
        case .invalid(let why):
            complain("\(why) (see --help)")
            exit(64)
        case .serve(let service, let folder, let deadline):
            harden()
            let stack = PAMStack(service: service, folder: folder)
            exit(Conversations(stack: stack, deadlineSeconds: deadline).run() ? 0 : 1)
        }
    }

    /// Passwords are in this memory: no core file, no debugger, and no life after the supervisor's.
    private static func harden() {
        guard linux_forbid_dumps() == 0, linux_die_with_parent(SIGKILL) == 0 else {
            complain("can't protect its memory: error \(errno)")
            exit(71)
        }
        // The deadline is a signal: it must reach us whatever the parent had blocked.
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigprocmask(SIG_SETMASK, &none, nil)
        _ = signal(SIGALRM, SIG_DFL)
    }

    /// One line to standard error, which the supervisor's log shares.
    static func complain(_ text: String) {
        let line = Array("postern-pam: \(text)\n".utf8)
        // Nobody to tell when standard error is gone.
        _ = unsafe line.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
