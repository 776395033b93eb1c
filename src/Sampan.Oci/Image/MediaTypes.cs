namespace Sampan.Oci;

/// <summary>image-spec 1.1, media-types.md, and Docker's image manifest version 2, schema 2.</summary>
public static class MediaTypes
{
    public const string Index = "application/vnd.oci.image.index.v1+json";
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";
    public const string Config = "application/vnd.oci.image.config.v1+json";
    public const string Layer = "application/vnd.oci.image.layer.v1.tar";
    public const string LayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
    public const string LayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";
    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";

    public static bool IsIndex(string? mediaType) => mediaType is Index or DockerManifestList;

    public static bool IsManifest(string? mediaType) => mediaType is Manifest or DockerManifest;

    /// <summary>False for the config of what is no image: a signature, a chart, a list of contents (image-spec 1.1, manifest.md, "Guidelines for Artifact Usage").</summary>
    /// <remarks>Old tools left it out, or wrote what any JSON document is; Docker takes those too.</remarks>
    public static bool IsImageConfig(string? mediaType) => mediaType is null or "" or Config or DockerConfig or "application/json" or "application/octet-stream" or "text/plain";
}

/// <summary>Annotation keys: image-spec 1.1, annotations.md.</summary>
public static class Annotations
{
    /// <summary>Of a descriptor in an index: the name of the image.</summary>
    public const string RefName = "org.opencontainers.image.ref.name";
}
