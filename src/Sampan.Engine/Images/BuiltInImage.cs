using Sampan.Images;
using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>Finding the image to run; the one that comes with the program is imported when it is first asked for.</summary>
public sealed partial class ContainerEngine
{
    private const string BuiltIn = "busybox";

    /// <summary>Asked to bring an image, by the name it was called, that is to be run and is not here; null: that is a failure.</summary>
    public Action<string>? MissingImage { get; set; }

    /// <summary>Told in a line what a user may not have meant.</summary>
    public Action<string>? Notice { get; set; }

    /// <summary>The image <paramref name="reference"/>.</summary>
    /// <param name="platform">What it must be for; null: whatever is here.</param>
    /// <exception cref="SampanException">There is none.</exception>
    public Image ImageFor(string reference, ImagePlatform? platform = null)
    {
        var image = Images.Find(reference);
        if (image is not null && platform?.Accepts(image.Platform) != false)
            return platform is null ? Noticed(image) : image;
        var name = ImageReference.Parse(reference);
        string archive = $"{Places.Binaries}/../share/sampan/images/{BuiltIn}.tar";
        if (image is null && name.Familiar is BuiltIn or BuiltIn + ":latest" && platform?.Accepts(ImagePlatform.Host) != false && Sys.Statx(At.AT_FDCWD, archive, out _, 0) == 0)
        {
            LoadBuiltIn(archive);
            return Images.Get(reference);
        }
        if (MissingImage is { } bring)
        {
            bring(reference);
            return Images.Get(reference);
        }
        throw new SampanException(ErrorKind.NotFound, image is not null ? $"image {name.Familiar} is here for {image.Platform}, not for {platform}"
            : $"no such image: {name.Familiar}; bring it with sampan pull, load or import");
    }

    private Image Noticed(Image image)
    {
        if (!ImagePlatform.Host.Accepts(image.Platform))
            Notice?.Invoke($"the image is for {image.Platform}, this machine is {ImagePlatform.Host}, and no --platform was asked for");
        return image;
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
