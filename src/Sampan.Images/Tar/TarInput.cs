namespace Sampan.Images;

/// <summary>Buffered reading of the archive's bytes.</summary>
internal sealed class TarInput(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

    /// <summary>A block, valid until the next call; empty at the end of the stream.</summary>
    public ReadOnlySpan<byte> Block()
    {
        while (_end - _start < TarBlock.Size)
        {
            if (!Fill())
                return _end == _start ? default : throw TarReader.Damaged("it is cut short");
        }
        var block = _buffer.AsSpan(_start, TarBlock.Size);
        _start += TarBlock.Size;
        return block;
    }

    public int Read(Span<byte> buffer)
    {
        if (_start == _end)
        {
            // Large reads bypass the buffer.
            if (buffer.Length >= _buffer.Length)
                return stream.Read(buffer);
            if (!Fill())
                return 0;
        }
        int n = Math.Min(buffer.Length, _end - _start);
        _buffer.AsSpan(_start, n).CopyTo(buffer);
        _start += n;
        return n;
    }

    public byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count;)
        {
            int n = Read(bytes.AsSpan(at));
            if (n == 0)
                throw TarReader.Damaged("it is cut short");
            at += n;
        }
        return bytes;
    }

    public void Skip(long count)
    {
        while (count > 0)
        {
            if (_start == _end && !Fill())
                throw TarReader.Damaged("it is cut short");
            int n = (int)Math.Min(count, _end - _start);
            _start += n;
            count -= n;
        }
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        int n = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += n;
        return n > 0;
    }
}

/// <summary>The data of the reader's current entry.</summary>
internal sealed class TarDataStream(TarReader reader) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer) => reader.Read(buffer);
}
