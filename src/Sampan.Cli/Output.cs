using System.Text;

using Sampan.Linux;

namespace Sampan.Cli;

/// <summary>Buffered text to a file descriptor. System.Console would cost a millisecond at start-up and install signal handlers.</summary>
public sealed class Output(int fd)
{
    private byte[] _buffer = [];
    private int _length;

    public void Write(ReadOnlySpan<char> text)
    {
        Room(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
    }

    public void Write(ReadOnlySpan<byte> text)
    {
        Room(text.Length);
        text.CopyTo(_buffer.AsSpan(_length));
        _length += text.Length;
    }

    /// <summary>Of the terminal this goes to; null: it goes to none.</summary>
    public winsize? WindowSize() => Sys.GetWindowSize(fd, out var size) >= 0 ? size : null;

    public void Line(string text)
    {
        Write(text);
        Write("\n");
    }

    /// <exception cref="LinuxException">The reader has gone (EPIPE), the disk is full, ...</exception>
    public void Flush()
    {
        int length = _length;
        _length = 0;
        LinuxException.Check(Sys.WriteAll(fd, _buffer.AsSpan(0, length)), "write", fd == 1 ? "to standard output" : $"to descriptor {fd}");
    }

    private void Room(int more)
    {
        if (_length > 64 * 1024)
            Flush();
        if (_buffer.Length < _length + more)
            Array.Resize(ref _buffer, Math.Max(_length + more, Math.Max(1024, _buffer.Length * 2)));
    }
}
