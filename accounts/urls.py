"""Log-in and people. Only the pages that accounts without e-mail need; allauth's others are not routed."""

from allauth.account import views as allauth
from django.urls import path

from accounts import views

urlpatterns = [
    path("accounts/login/", views.LogIn.as_view(), name="account_login"),
    path("accounts/logout/", allauth.LogoutView.as_view(), name="account_logout"),
    path("accounts/signup/", allauth.SignupView.as_view(), name="account_signup"),  # closed by the adapter
    path("accounts/inactive/", allauth.AccountInactiveView.as_view(), name="account_inactive"),
    path("accounts/password/change/", views.ChangePassword.as_view(), name="account_change_password"),
    path("accounts/password/lost/", views.lost_password, name="account_reset_password"),
    path("people/", views.people_list, name="people"),
    path("people/new/", views.person_new, name="person_new"),
    path("people/import/", views.duties_import, name="duties_import"),
    path("people/<int:pk>/duty/", views.duty_new, name="duty_new"),
    path("people/<int:pk>/restore/", views.person_restore, name="person_restore"),
    path("people/duties/<int:pk>/end/", views.duty_end, name="duty_end"),
]
