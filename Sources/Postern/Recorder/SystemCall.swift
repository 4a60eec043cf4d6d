// What the machine says when asked: the time, which run of the kernel this is, and what failed.
import Audit
import Glibc
import Reactor

enum SystemCall {
    /// Both clocks now.
    static func now() -> Moment {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        let utc = UInt64(max(0, time.tv_sec)) * 1_000_000 + UInt64(max(0, time.tv_nsec)) / 1000
        return Moment(utc: utc, monotonic: MonotonicClock.now)
    }

    /// The kernel's name for its present run; monotonic times of one run can be compared.
    static var boot: String {
        // A UUID and a line feed.
        var bytes = [UInt8](repeating: 0, count: 37)
        guard let file = try? FileDescriptor.opening("/proc/sys/kernel/random/boot_id", O_RDONLY)
        else { return "unknown" }
        let count = unsafe read(file.number, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)).prefix(36), as: UTF8.self)
    }

    /// The system's words for an error number.
    static func text(of number: Int32) -> String {
        guard let text = unsafe strerror(number) else { return "error \(number)" }
        return unsafe String(cString: text)
    }

    /// The name of an error number that a full or broken disk gives; nil for another one.
    static func name(of number: Int32) -> Phrase? {
        switch number {
        case ENOSPC: "ENOSPC"
        case EDQUOT: "EDQUOT"
        case EFBIG: "EFBIG"
        case EIO: "EIO"
        case EROFS: "EROFS"
        default: nil
        }
    }
}
