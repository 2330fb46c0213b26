/* The page's own camera: the rear one, a JPEG at the shutter, the lamp where there is one. */

const WANTED = { audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 2560 }, height: { ideal: 1920 } } };
const QUALITY = 0.9;

/** Why the camera did not open, as a key of the page's sentences. Pure. */
export function reasonOf(error) {
  const reasons = {
    NotAllowedError: "camera.denied",
    SecurityError: "camera.denied",
    NotFoundError: "camera.missing",
    OverconstrainedError: "camera.missing",
    NotReadableError: "camera.busy",
    AbortError: "camera.busy",
  };
  return reasons[error.name] ?? "camera.failed";
}

/** Why it cannot even be asked: a key, or "". */
export function obstacle(scope = window) {
  if (!scope.isSecureContext) return "camera.insecure";
  return scope.navigator.mediaDevices?.getUserMedia ? "" : "camera.missing";
}

/** A camera showing in a <video>. Throws what getUserMedia throws. */
export class Camera {
  constructor(video) {
    this.video = video;
    this.stream = null;
  }

  async open() {
    this.stream = await navigator.mediaDevices.getUserMedia(WANTED);
    this.video.srcObject = this.stream;
    await this.video.play();
  }

  close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  get track() {
    return this.stream?.getVideoTracks()[0] ?? null;
  }

  get hasLamp() {
    return Boolean(this.track?.getCapabilities?.().torch);
  }

  async lamp(on) {
    await this.track.applyConstraints({ advanced: [{ torch: on }] });
  }

  /** A JPEG of what the camera sees now: the sensor's own picture where the browser can, else the shown frame. */
  async take() {
    return (await this.sensorPicture()) ?? this.shownFrame();
  }

  async sensorPicture() {
    if (!("ImageCapture" in window) || this.track?.readyState !== "live") return null;
    try {
      const blob = await new ImageCapture(this.track).takePhoto();
      return blob.type === "image/jpeg" && blob.size > 0 ? blob : null;
    } catch {
      return null; // many phones offer ImageCapture and then refuse: the shown frame is as honest
    }
  }

  shownFrame() {
    const canvas = document.createElement("canvas");
    canvas.width = this.video.videoWidth;
    canvas.height = this.video.videoHeight;
    canvas.getContext("2d").drawImage(this.video, 0, 0);
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", QUALITY);
    });
  }
}
