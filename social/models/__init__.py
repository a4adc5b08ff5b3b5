from social.models.follows import Follow

__all__ = ["Follow"]
