using Sampan.Linux;

namespace Sampan.Runtime.Monitoring;

/// <summary>Keeps what a container writes.</summary>
public abstract class ContainerLog
{
    /// <summary>The first write that failed, or <see cref="Errno.None"/>. What could not be written is lost; later output is tried again.</summary>
    public Errno Failure { get; private set; }

    /// <summary>The open file or socket.</summary>
    public abstract int Fd { get; }

    /// <summary>Appends one chunk of a stream.</summary>
    public abstract void Write(bool standardError, ReadOnlySpan<byte> chunk, timespec now);

    /// <summary>Writes what is held back because its end had not come: nothing more comes, or this program is replaced by itself.</summary>
    public virtual void Settle() { }

    /// <summary>Gives memory back to the kernel until the next write.</summary>
    public virtual void Trim() { }

    protected void Failed(nint result)
    {
        if (result < 0 && Failure == Errno.None)
            Failure = (Errno)(-result);
    }

    /// <summary>Opens the log of <paramref name="choice"/>.</summary>
    /// <returns>Null: none is kept.</returns>
    /// <exception cref="LinuxException">The file cannot be made, or there is no journal.</exception>
    public static ContainerLog? Open(LogChoice choice)
    {
        if (choice.Driver == LogDriver.None || (choice.IsFile && choice.Path is null))
            return null;
        int fd = choice.Driver == LogDriver.Journald ? JournalLog.Connect() : LogFile.Open(choice.Path!);
        return Of(choice, fd);
    }

    /// <summary>Goes on with a log that is open already.</summary>
    public static ContainerLog? Of(LogChoice choice, int fd)
    {
        if (fd < 0)
            return null;
        return choice.Driver switch
        {
            LogDriver.JsonFile => new JsonFileLog(LogFile.Of(choice, fd), choice.Attributes),
            LogDriver.Journald => new JournalLog(fd, choice.Attributes),
            _ => new CriLog(LogFile.Of(choice, fd)),
        };
    }
}
