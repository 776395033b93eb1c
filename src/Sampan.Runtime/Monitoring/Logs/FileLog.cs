using System.Runtime.InteropServices;
using Sampan.Linux;

namespace Sampan.Runtime.Monitoring;

/// <summary>A log that is a file of records.</summary>
/// <remarks>Allocates nothing after construction, but for turning the file over. One write(2) for many records.</remarks>
public abstract unsafe class FileLog(LogFile file) : ContainerLog
{
    private const int Size = 64 << 10;

    private readonly byte* _buffer = (byte*)NativeMemory.AlignedAlloc(Size, 4096);
    private int _length;
    private bool _torn;

    public override int Fd => file.Fd;

    public override void Trim() => Sys.Call(SyscallNumber.madvise, (nint)_buffer, Size, MADV_DONTNEED);

    private const int MADV_DONTNEED = 4;

    /// <summary>A record begins: the one place where the file may be turned over.</summary>
    protected void Begin()
    {
        if (!file.IsFull(_length))
            return;
        Flush();
        Failed(file.TurnOver());
    }

    protected void Append(ReadOnlySpan<byte> bytes)
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

    protected void Flush()
    {
        // After a failure the file may end in the middle of a record: a newline keeps the damage to that one.
        if (_torn && file.Write("\n"u8) < 0)
        {
            _length = 0;
            return;
        }
        nint result = file.Write(new ReadOnlySpan<byte>(_buffer, _length));
        _length = 0;
        _torn = result < 0;
        Failed(result);
    }
}
