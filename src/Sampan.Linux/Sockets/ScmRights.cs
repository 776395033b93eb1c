namespace Sampan.Linux;

/// <summary>Messages that carry descriptors: SCM_RIGHTS of <see href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7)</see>.</summary>
public static unsafe class ScmRights
{
    private const int MSG_CMSG_CLOEXEC = 0x40000000, SOL_SOCKET = 1, SCM_RIGHTS = 1, MaxDescriptors = 64;

    /// <summary>Receives one message; its descriptors are close-on-exec.</summary>
    /// <returns>Bytes of the message; 0 at the end; or -errno.</returns>
    public static nint Receive(int socket, Span<byte> message, Span<int> descriptors, out int count)
    {
        byte* control = stackalloc byte[16 + MaxDescriptors * 4];
        count = 0;
        fixed (byte* bytes = message)
        {
            var iov = new iovec { iov_base = bytes, iov_len = (ulong)message.Length };
            var msg = new msghdr { msg_iov = &iov, msg_iovlen = 1, msg_control = control, msg_controllen = 16 + MaxDescriptors * 4 };
            nint n = Sys.Retry(SyscallNumber.recvmsg, socket, (nint)(&msg), MSG_CMSG_CLOEXEC);
            if (n < 0 || msg.msg_controllen < 16)
                return n;
            int received = (int)(*(ulong*)control - 16) / sizeof(int);
            for (int i = 0; i < received; i++)
            {
                int fd = ((int*)(control + 16))[i];
                if (count < descriptors.Length)
                    descriptors[count++] = fd;
                else
                    Sys.Call(SyscallNumber.close, fd);
            }
            return n;
        }
    }

    /// <summary>Sends one message with descriptors.</summary>
    /// <returns>Bytes sent, or -errno.</returns>
    public static nint Send(int socket, ReadOnlySpan<byte> message, ReadOnlySpan<int> descriptors)
    {
        if (descriptors.Length > MaxDescriptors)
            return -(nint)Errno.EINVAL;
        byte* control = stackalloc byte[16 + MaxDescriptors * 4];
        *(ulong*)control = (ulong)(16 + descriptors.Length * 4);
        *(int*)(control + 8) = SOL_SOCKET;
        *(int*)(control + 12) = SCM_RIGHTS;
        for (int i = 0; i < descriptors.Length; i++)
            ((int*)(control + 16))[i] = descriptors[i];
        fixed (byte* bytes = message)
        {
            var iov = new iovec { iov_base = bytes, iov_len = (ulong)message.Length };
            var msg = new msghdr { msg_iov = &iov, msg_iovlen = 1 };
            if (descriptors.Length > 0)
            {
                msg.msg_control = control;
                msg.msg_controllen = (ulong)(16 + (descriptors.Length * 4 + 7 & ~7));
            }
            return Sys.Retry(SyscallNumber.sendmsg, socket, (nint)(&msg), Sys.MSG_NOSIGNAL);
        }
    }
}
