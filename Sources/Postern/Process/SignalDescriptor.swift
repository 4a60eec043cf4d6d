// Signals as something to read in the loop, instead of code that runs in the midst of other code.
import CLinux
import Glibc
import Reactor

/// Signals that no longer interrupt the process but wait to be read.
struct SignalDescriptor: ~Copyable {
    struct Signal {
        let number: Int32
        let sender: Requester
    }

    let descriptor: FileDescriptor

    /// To be called before other threads are started: the signals are blocked for them, too.
    init(_ signals: [Int32]) throws(SystemError) {
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        for signal in signals { unsafe sigaddset(&mask, signal) }
        guard unsafe sigprocmask(SIG_BLOCK, &mask, nil) == 0 else { throw .last("sigprocmask") }
        let number = unsafe signalfd(-1, &mask, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
        guard number >= 0 else { throw .last("signalfd") }
        descriptor = FileDescriptor(owning: number)
    }

    /// The next signal that came, nil when there is none.
    borrowing func next() -> Signal? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        guard unsafe read(descriptor.number, &information, size) == size else { return nil }
        let sender = Requester(user: information.ssi_uid, process: information.ssi_pid)
        return Signal(number: Int32(information.ssi_signo), sender: sender)
    }
}
