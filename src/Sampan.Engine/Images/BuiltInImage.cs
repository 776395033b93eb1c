using Sampan.Images;
using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>Finding the image to run; the one that comes with the program is imported when it is first asked for.</summary>
public sealed partial class ContainerEngine
{
    private const string BuiltIn = "busybox";

    /// <summary>Asked to bring an image, by the name it was called, that is to be run and is not here; null: that is a failure.</summary>
    public Action<string>? MissingImage { get; set; }

    /// <summary>The image <paramref name="reference"/>.</summary>
    /// <exception cref="SampanException">There is none.</exception>
    public Image ImageFor(string reference)
    {
        if (Images.Find(reference) is { } image)
            return image;
        var name = ImageReference.Parse(reference);
        string archive = $"{Places.Binaries}/../share/sampan/images/{BuiltIn}.tar";
        if (name.Familiar is BuiltIn or BuiltIn + ":latest" && Sys.Statx(At.AT_FDCWD, archive, out _, 0) == 0)
        {
            LoadBuiltIn(archive);
            return Images.Get(reference);
        }
        if (MissingImage is { } bring)
        {
            bring(reference);
            return Images.Get(reference);
        }
        throw new SampanException(ErrorKind.NotFound, $"no such image: {name.Familiar}; bring it with sampan pull, load or import");
    }

    private void LoadBuiltIn(string archive)
    {
        using var source = new FdStream(Open.File(archive, OpenFlags.O_RDONLY), archive);
        Images.Import(source, new ImportOptions
        {
            Reference = BuiltIn,
            Changes = ["CMD [\"sh\"]", "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            Message = "comes with sampan: Debian's busybox-static",
        });
    }
}
