// What the recorder asks the machine: its time and name, which run of the kernel this is, what failed.
import Audit
import CLinux
import Glibc
import Reactor

extension Moment {
    /// Both clocks now.
    static var now: Moment {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        let utc = UInt64(max(0, time.tv_sec)) * 1_000_000 + UInt64(max(0, time.tv_nsec)) / 1000
        return Moment(utc: utc, monotonic: MonotonicClock.now)
    }
}

enum Machine {
    /// The machine's name as it may stand in a key's.
    static var name: String {
        var host = [CChar](repeating: 0, count: 256)
        let result = unsafe gethostname(&host, host.count - 1)
        let bytes = host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        let text = String(decoding: bytes.prefix(200), as: UTF8.self)
        return result == 0 && KeyName.isValid(text) ? text : "localhost"
    }
}

/// One run of the kernel; monotonic times of one run can be compared.
enum Boot {
    /// The kernel's random name for it.
    static var id: String {
        // A UUID and a line feed.
        var bytes = [UInt8](repeating: 0, count: 37)
        guard let file = try? FileDescriptor.opening("/proc/sys/kernel/random/boot_id", O_RDONLY)
        else { return "unknown" }
        let count = unsafe read(file.number, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)).prefix(36), as: UTF8.self)
    }
}

extension Phrase {
    /// The name of an error number that a full or broken disk gives; nil for another one.
    init?(errorNumber: Int32) {
        switch errorNumber {
        case ENOSPC: self = "ENOSPC"
        case EDQUOT: self = "EDQUOT"
        case EFBIG: self = "EFBIG"
        case EIO: self = "EIO"
        case EROFS: self = "EROFS"
        default: return nil
        }
    }
}
