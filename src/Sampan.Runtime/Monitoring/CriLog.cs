using System.Runtime.InteropServices;
using Sampan.Linux;

namespace Sampan.Runtime.Monitoring;

/// <summary>
/// Writes output as the log format of the Kubernetes container runtime interface has it, a record a line:
/// <c>2016-10-06T00:17:09.669794202Z stdout F the line</c>. <c>P</c> marks a record whose line goes on in the stream's next record, so that output
/// without a newline is in the log at once, and the bytes can be had back exactly.
/// See <see href="https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md">kubelet-cri-logging.md</see>.
/// </summary>
/// <remarks>Allocates nothing after construction. A record is written only once its chunk is complete: one write(2) for many records.</remarks>
public sealed unsafe class CriLog
{
    private const int Size = 64 << 10;

    // " stdout F " and the time.
    private const int HeadSize = Rfc3339.Length + 10;

    private readonly int _fd;
    private readonly byte* _buffer = (byte*)NativeMemory.AlignedAlloc(Size, 4096);
    private int _length;
    private bool _torn;

    /// <param name="fd">A file open for appending; stays the caller's.</param>
    public CriLog(int fd) => _fd = fd;

    /// <summary>The first write that failed, or <see cref="Errno.None"/>. What could not be written is lost; later output is tried again.</summary>
    public Errno Failure { get; private set; }

    /// <summary>Appends one chunk of a stream.</summary>
    public void Write(bool standardError, ReadOnlySpan<byte> chunk, timespec now)
    {
        Span<byte> head = stackalloc byte[HeadSize];
        Rfc3339.Format(now, head);
        (standardError ? " stderr F "u8 : " stdout F "u8).CopyTo(head[Rfc3339.Length..]);
        while (chunk.Length > 0)
        {
            int newline = chunk.IndexOf((byte)'\n');
            var line = newline < 0 ? chunk : chunk[..newline];
            head[HeadSize - 2] = newline < 0 ? (byte)'P' : (byte)'F';
            Append(head);
            Append(line);
            Append("\n"u8);
            chunk = newline < 0 ? default : chunk[(newline + 1)..];
        }
        Flush();
    }

    /// <summary>Gives the buffer's memory back to the kernel until the next write.</summary>
    public void Trim() => Sys.Call(SyscallNumber.madvise, (nint)_buffer, Size, MADV_DONTNEED);

    private const int MADV_DONTNEED = 4;

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > Size - _length)
        {
            int part = Size - _length;
            bytes[..part].CopyTo(new Span<byte>(_buffer + _length, part));
            bytes = bytes[part..];
            _length = Size;
            Flush();
        }
        bytes.CopyTo(new Span<byte>(_buffer + _length, bytes.Length));
        _length += bytes.Length;
    }

    private void Flush()
    {
        // After a failure the file may end in the middle of a record: a newline keeps the damage to that one.
        if (_torn && Sys.WriteAll(_fd, "\n"u8) < 0)
        {
            _length = 0;
            return;
        }
        nint result = Sys.WriteAll(_fd, new ReadOnlySpan<byte>(_buffer, _length));
        _length = 0;
        _torn = result < 0;
        if (result < 0 && Failure == Errno.None)
            Failure = (Errno)(-result);
    }
}
